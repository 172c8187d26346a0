//! Tables of rules as one, made when the program is compiled.

/// How many rows the tables have.
pub(crate) const fn count<T>(tables: &[&[T]]) -> usize {
    let (mut count, mut table) = (0, 0);
    while table < tables.len() {
        count += tables[table].len();
        table += 1;
    }
    count
}

/// The rows of the tables, of which there are `COUNT`; the first table has one at least.
pub(crate) const fn joined<T: Copy, const COUNT: usize>(tables: &[&[T]]) -> [T; COUNT] {
    let mut all = [tables[0][0]; COUNT];
    let (mut count, mut table) = (0, 0);
    while table < tables.len() {
        let mut row = 0;
        while row < tables[table].len() {
            all[count] = tables[table][row];
            count += 1;
            row += 1;
        }
        table += 1;
    }
    all
}
