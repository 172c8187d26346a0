//! The tables that a rebuild makes anew.

/// A table, and the columns that its rows are told apart by.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) key: &'static str,
}

const fn table(name: &'static str, key: &'static str) -> Table {
    Table { name, key }
}

/// All of them, in the order in which a swap locks them: that of the queries which read several.
pub(super) const TABLES: [Table; 8] = [
    table("promotion", "org, promotion_id"),
    table("figures", "org, request"),
    table("phrased", "org, request"),
    table("waiver", "org, waiver_id"),
    table("token", "org, token_id"),
    table("organisation", "org"),
    table("audit_log", "org, id"),
    table("seen", "org, topic, aggregate"),
];
