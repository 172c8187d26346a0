//! The predefined machine types of a family ("Machine families resource and comparison guide", Compute Engine).

use rust_decimal::Decimal;

const TABLE: &str = include_str!("../../data/gcp-machines.txt");

/// A machine type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Machine {
    pub(super) name: String,
    /// The vCPUs that it shows.
    pub(super) cpu: Decimal,
    /// The vCPUs that are paid for: those of shared cores are parts of one.
    pub(super) billed: Decimal,
    pub(super) memory_gib: Decimal,
}

/// The machine types of a family. A line of the table is `FAMILY CLASS GIB-PER-VCPU SIZES`, or, where the memory follows no ratio,
/// `FAMILY NAME = VCPUS BILLED GIB`.
pub(super) fn of(family: &str) -> Vec<Machine> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    let of_family = lines.filter_map(|line| line.split_once(' ')).filter(|(first, _)| *first == family);
    of_family.flat_map(|(family, rest)| line(family, rest)).collect()
}

/// Whether a family is in the table.
pub(super) fn knows(family: &str) -> bool {
    TABLE.lines().any(|line| line.split_once(' ').is_some_and(|(first, _)| first == family))
}

fn line(family: &str, rest: &str) -> Vec<Machine> {
    let fields: Vec<&str> = rest.split_whitespace().collect();
    match fields.as_slice() {
        [class, "=", cpu, billed, memory] => {
            let number = |text: &str| text.parse::<Decimal>().ok();
            let machine = number(cpu).zip(number(billed)).zip(number(memory));
            let name = format!("{family}-{class}");
            machine
                .map(|((cpu, billed), memory_gib)| Machine { name, cpu, billed, memory_gib })
                .into_iter()
                .collect()
        }
        [class, ratio, sizes] => {
            let Ok(ratio) = ratio.parse::<Decimal>() else { return Vec::new() };
            let sizes = sizes.split(',').filter_map(|size| size.parse::<u32>().ok());
            let machine = |size: u32| {
                let cpu = Decimal::from(size);
                Machine {
                    name: format!("{family}-{class}-{size}"),
                    cpu,
                    billed: cpu,
                    memory_gib: (cpu * ratio).normalize(),
                }
            };
            sizes.map(machine).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        for text in TABLE.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let (family, rest) = text.split_once(' ').unwrap();
            assert!(!line(family, rest).is_empty(), "{text}");
        }
    }

    /// "General-purpose machine family": n1-standard-4 has 15 GiB, n2-highmem-8 64, e2-medium 2 vCPUs of which half are paid for.
    #[test]
    fn machines_are_as_documented() {
        let find = |family: &str, name: &str| of(family).into_iter().find(|one| one.name == name).unwrap();
        assert_eq!(find("n1", "n1-standard-4").memory_gib, Decimal::from(15));
        assert_eq!(find("n2", "n2-highmem-8").memory_gib, Decimal::from(64));
        let medium = find("e2", "e2-medium");
        assert_eq!([medium.cpu, medium.billed, medium.memory_gib], [2, 1, 4].map(Decimal::from));
        assert!(of("x9").is_empty());
    }
}
