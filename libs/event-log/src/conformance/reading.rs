//! Reading ranges.

use std::time::Duration;

use events::Record;
use tokio::time::sleep;

use super::Backend;
use super::appending::noise;
use super::scene::{Scene, offsets, record, values};

/// A range has at most as many records as were asked for, and ends where the partition ends.
pub async fn a_range_is_read_within_bounds(backend: &dyn Backend) {
    let scene = Scene::new(backend, 2).await;
    let (log, partition) = (&scene.client.log, scene.partition(1));
    assert_eq!(log.bounds(&partition).await.unwrap(), 0..0);
    assert_eq!(log.read(&partition, 0, 10).await.unwrap(), []);
    scene.append_to(1, 0..10).await;
    assert_eq!(log.bounds(&partition).await.unwrap(), 0..10);
    assert_eq!(log.bounds(&scene.partition(0)).await.unwrap(), 0..0);
    let cases: [(u64, usize, &[u64]); 7] = [
        (0, 3, &[0, 1, 2]),
        (4, 2, &[4, 5]),
        (8, 5, &[8, 9]),
        (9, 1, &[9]),
        (10, 5, &[]),
        (1_000, 5, &[]),
        (0, 0, &[]),
    ];
    for (from, limit, expected) in cases {
        let read = log.read(&partition, from, limit).await.unwrap();
        assert_eq!((offsets(&read), values(&read)), (expected.to_vec(), expected.to_vec()), "{from} {limit}");
    }
}

/// Who reads on after the last record that came, until none comes, has read everything, however large.
pub async fn a_large_range_is_read_in_pieces(backend: &dyn Backend) {
    let scene = Scene::new(backend, 1).await;
    for value in 0..12 {
        let large = Record { value: noise(1_000_000), ..record("large", value) };
        scene.client.log.append(&scene.topic, &[large]).await.unwrap();
    }
    let mut read = Vec::new();
    loop {
        let piece = scene.client.log.read(&scene.partition(0), read.len() as u64, 100).await.unwrap();
        if piece.is_empty() {
            break;
        }
        assert!(piece.iter().all(|delivered| delivered.record.value.len() == 1_000_000));
        read.extend(offsets(&piece));
    }
    assert_eq!(read, Vec::from_iter(0..12));
}

/// A time is the offset of the first record that was appended then or later, and the partition's end where none was.
pub async fn a_time_names_an_offset(backend: &dyn Backend) {
    let scene = Scene::new(backend, 2).await;
    let partition = scene.partition(1);
    let began = backend.now();
    let pause = Duration::from_millis(30);
    let mut between = Vec::new();
    for values in [0..3, 3..4, 4..6] {
        sleep(pause).await;
        scene.append_to(1, values).await;
        sleep(pause).await;
        between.push(backend.now());
    }
    let day = Duration::from_secs(24 * 60 * 60);
    let cases = [
        (began - day, 0),
        (began, 0),
        (between[0], 3),
        (between[1], 4),
        (between[2], 6),
        (between[2] + day, 6),
    ];
    for (time, expected) in cases {
        assert_eq!(scene.client.log.offset_at(&partition, time).await.unwrap(), expected, "{time}");
    }
    assert_eq!(scene.client.log.offset_at(&scene.partition(0), began).await.unwrap(), 0);
}

/// Who reads on finds what was appended meanwhile, beside others who read elsewhere, and may read again.
pub async fn a_long_range_is_read_on(backend: &dyn Backend) {
    let scene = Scene::new(backend, 2).await;
    let (log, first, second) = (&scene.client.log, scene.partition(0), scene.partition(1));
    scene.append_to(0, 0..500).await;
    scene.append_to(1, 0..300).await;
    let expected = |range: std::ops::Range<u64>| Vec::from_iter(range);
    for (partition, from, to) in
        [(&first, 0, 200), (&second, 0, 200), (&first, 200, 400), (&first, 200, 400), (&first, 100, 300)]
    {
        let read = log.read(partition, from, 200).await.unwrap();
        assert_eq!((offsets(&read), values(&read)), (expected(from..to), expected(from..to)));
    }
    scene.append_to(0, 500..700).await;
    for (partition, from, to) in [(&first, 400, 600), (&second, 200, 300), (&first, 600, 700)] {
        let read = log.read(partition, from, 200).await.unwrap();
        assert_eq!((offsets(&read), values(&read)), (expected(from..to), expected(from..to)));
    }
    assert_eq!(log.read(&first, 700, 200).await.unwrap(), []);
}
