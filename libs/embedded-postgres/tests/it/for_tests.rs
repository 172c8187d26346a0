//! What other crates' tests rest on.

use embedded_postgres::testing::TestPostgres;

#[tokio::test]
async fn a_database_is_empty_and_owned_by_the_services_role() {
    let database = TestPostgres::shared().await.database().await;
    let pool = database.pool().await;
    let (user, superuser): (String, bool) =
        sqlx::query_as("SELECT current_user::text, rolsuper FROM pg_roles WHERE rolname = current_user")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!((user.as_str(), superuser), ("plimsoll", false));
    sqlx::query("CREATE SCHEMA mine").execute(&pool).await.unwrap();
}

#[tokio::test]
async fn a_second_database_does_not_see_the_first() {
    let server = TestPostgres::shared().await;
    let (one, two) = (server.database().await, server.database().await);
    sqlx::query("CREATE TABLE t (a int)").execute(&one.pool().await).await.unwrap();
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_tables WHERE tablename = 't'")
        .fetch_one(&two.pool().await)
        .await
        .unwrap();
    assert_eq!(count, 0);
}
