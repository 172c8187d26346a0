//! What is bought or run elsewhere for an object, and has no price here: named, and never counted as nothing.

use kube_model::ObjectKey;

/// Groups of resources that a controller buys in a cloud: how the group ends, and what it stands for.
const CLOUDS: [(&str, &str); 9] = [
    (".aws.upbound.io", "AWS, through Crossplane"),
    (".aws.crossplane.io", "AWS, through Crossplane"),
    (".gcp.upbound.io", "Google Cloud, through Crossplane"),
    (".gcp.crossplane.io", "Google Cloud, through Crossplane"),
    (".azure.upbound.io", "Azure, through Crossplane"),
    (".services.k8s.aws", "AWS, through its Controllers for Kubernetes"),
    (".cnrm.cloud.google.com", "Google Cloud, through Config Connector"),
    (".azure.com", "Azure, through its Service Operator"),
    (".crossplane.io", "what Crossplane makes of it"),
];

/// Kinds that an operator turns into pods and volumes: group, kind, what it is.
const OPERATORS: [(&str, &str, &str); 18] = [
    ("acid.zalan.do", "postgresql", "a PostgreSQL cluster of Zalando's operator"),
    ("postgresql.cnpg.io", "Cluster", "a PostgreSQL cluster of CloudNativePG"),
    ("postgresql.cnpg.io", "Pooler", "connection poolers of CloudNativePG"),
    ("postgres-operator.crunchydata.com", "PostgresCluster", "a PostgreSQL cluster of Crunchy's operator"),
    ("kafka.strimzi.io", "Kafka", "a Kafka cluster of Strimzi"),
    ("kafka.strimzi.io", "KafkaNodePool", "Kafka brokers of Strimzi"),
    ("kafka.strimzi.io", "KafkaConnect", "Kafka Connect workers of Strimzi"),
    ("monitoring.coreos.com", "Prometheus", "Prometheus servers of the Prometheus operator"),
    ("monitoring.coreos.com", "Alertmanager", "Alertmanagers of the Prometheus operator"),
    ("monitoring.coreos.com", "ThanosRuler", "Thanos rulers of the Prometheus operator"),
    ("elasticsearch.k8s.elastic.co", "Elasticsearch", "an Elasticsearch cluster of ECK"),
    ("kibana.k8s.elastic.co", "Kibana", "Kibana of ECK"),
    ("rabbitmq.com", "RabbitmqCluster", "a RabbitMQ cluster of its operator"),
    ("mongodbcommunity.mongodb.com", "MongoDBCommunity", "a MongoDB replica set of its operator"),
    ("mysql.oracle.com", "InnoDBCluster", "a MySQL cluster of Oracle's operator"),
    ("cassandra.datastax.com", "CassandraDatacenter", "a Cassandra data center of cass-operator"),
    ("redis.redis.opstreelabs.in", "RedisCluster", "a Redis cluster of its operator"),
    ("helm.toolkit.fluxcd.io", "HelmRelease", "the workloads of a chart, which Flux installs"),
];

/// Why the cost of an object of an unknown kind is not known.
pub(crate) fn why_unknown(key: &ObjectKey) -> String {
    let (group, kind) = (key.group.as_str(), key.kind.as_str());
    if let Some((.., what)) = OPERATORS.iter().find(|(of, named, _)| (*of, *named) == (group, kind)) {
        return format!("{kind} stands for {what}: what is run for it is not in this state");
    }
    if let Some((_, cloud)) = CLOUDS.iter().find(|(end, _)| group.ends_with(end)) {
        return format!("{kind} of {group} is bought from {cloud}: its price is not known");
    }
    match (group, kind) {
        ("", "PersistentVolume") => {
            "the disk behind a PersistentVolume was made elsewhere, and its price is not \
             known; a claim for it is counted by the size that the claim asks for"
                .to_owned()
        }
        ("", kind) => format!("what a {kind} costs is not known"),
        (group, kind) => format!("what a {kind} of {group} costs is not known"),
    }
}
