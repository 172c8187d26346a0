#!/usr/bin/env python3
"""Makes cases for a scheduler, from a seed: scheduler_cases.py SEED COUNT > cases.jsonl

A case is a line: nodes, the controllers whose pods run first, those that come after them, and the volumes that there are.
Room is scarce, so that in most cases some pods wait.
"""
import json
import random
import sys

ZONES = ["a", "b", "c"]
SIZES = [(2000, 4), (4000, 8), (4000, 16), (8000, 16), (8000, 32)]
ZONE, HOST = "topology.kubernetes.io/zone", "kubernetes.io/hostname"
PRIORITIES = {"low": 100, "middle": 1000, "patient": 5000, "high": 10000}
DRIVER = "disk.example"


def node(chance, name):
    millis, gib = chance.choice(SIZES)
    labels = {HOST: name, "disk": chance.choice(["ssd", "hdd"]), "cores": str(millis // 1000)}
    if chance.random() < 0.93:
        labels[ZONE] = chance.choice(ZONES)
    if chance.random() < 0.3:
        labels["tier"] = chance.choice(["front", "back"])
    made = {"name": name, "labels": labels,
            "allocatable": {"cpu": f"{millis - 70}m", "memory": f"{gib * 1024 - 600}Mi", "pods": str(chance.choice([5, 8, 12, 30]))}}
    if chance.random() < 0.15:
        made["allocatable"]["example.com/gpu"] = str(chance.choice([1, 2, 4]))
    taints = []
    if chance.random() < 0.15:
        taints.append({"key": "dedicated", "value": chance.choice(["gpu", "batch"]), "effect": "NoSchedule"})
    if chance.random() < 0.1:
        taints.append({"key": "old", "effect": chance.choice(["PreferNoSchedule", "NoExecute"])})
    if taints:
        made["taints"] = taints
    if chance.random() < 0.05:
        made["unschedulable"] = True
    if chance.random() < 0.5:
        made["volumeLimit"] = chance.choice([1, 2, 3])
    return made


def container(chance, name):
    requests = {"cpu": f"{chance.choice([50, 100, 250, 400, 600, 900, 1500])}m", "memory": f"{chance.choice([64, 128, 300, 512, 900, 1500, 2600, 5000])}Mi"}
    if chance.random() < 0.08:
        del requests[chance.choice(["cpu", "memory"])]
    if chance.random() < 0.1:
        return {"name": name, "image": "i", "resources": {"limits": requests}}
    return {"name": name, "image": "i", "resources": {"requests": requests}}


def pod_term(chance, apps, own):
    term = {"topologyKey": chance.choice([ZONE, HOST, ZONE, "tier"])}
    chosen = own if chance.random() < 0.6 else chance.choice(apps)
    if chance.random() < 0.75:
        term["labelSelector"] = {"matchLabels": {"app": chosen}}
    else:
        term["labelSelector"] = {"matchExpressions": [{"key": "app", "operator": "In", "values": sorted({chosen, chance.choice(apps)})}]}
    roll = chance.random()
    if roll < 0.1:
        term["namespaceSelector"] = {"matchLabels": {"team": "red"}}
    elif roll < 0.2:
        term["namespaces"] = ["red", "blue"]
    elif roll < 0.25:
        term["namespaceSelector"] = {}
    if chance.random() < 0.1:
        term["matchLabelKeys"] = ["version"]
    return term


def spread(chance, own):
    one = {"topologyKey": chance.choice([ZONE, HOST, ZONE]), "maxSkew": chance.choice([1, 1, 2, 3]),
           "whenUnsatisfiable": "DoNotSchedule" if chance.random() < 0.85 else "ScheduleAnyway",
           "labelSelector": {"matchLabels": {"app": own}}}
    if one["whenUnsatisfiable"] == "DoNotSchedule" and chance.random() < 0.2:
        one["minDomains"] = chance.choice([2, 3, 4])
    if chance.random() < 0.2:
        one["nodeAffinityPolicy"] = "Ignore"
    if chance.random() < 0.3:
        one["nodeTaintsPolicy"] = "Honor"
    if chance.random() < 0.15:
        one["matchLabelKeys"] = ["version"]
    return one


def node_terms(chance):
    def requirement():
        return chance.choice([
            {"key": ZONE, "operator": "In", "values": chance.sample(ZONES, 2)},
            {"key": ZONE, "operator": "NotIn", "values": [chance.choice(ZONES)]},
            {"key": "disk", "operator": "In", "values": [chance.choice(["ssd", "hdd"])]},
            {"key": "cores", "operator": "Gt", "values": ["2"]},
            {"key": "cores", "operator": "Lt", "values": ["8"]},
            {"key": "tier", "operator": chance.choice(["Exists", "DoesNotExist"])},
        ])
    return [{"matchExpressions": [requirement() for _ in range(chance.choice([1, 1, 2]))]} for _ in range(chance.choice([1, 1, 2]))]


def controller(chance, name, apps, volumes):
    replicas = chance.choice([1, 2, 3, 3, 4, 5, 6, 8, 12])
    spec = {"containers": [container(chance, "c0")], "terminationGracePeriodSeconds": 0}
    made = {"name": name, "namespace": chance.choice(["red", "blue", "red"]), "replicas": replicas,
            "labels": {"app": name, "version": chance.choice(["1", "2"])}, "spec": spec}
    affinity = {}
    if chance.random() < 0.2:
        spec["containers"].append(container(chance, "c1"))
    if chance.random() < 0.15:
        spec["initContainers"] = [{**container(chance, "i0"), "restartPolicy": "Always"}, container(chance, "i1")]
    if chance.random() < 0.15:
        spec["nodeSelector"] = chance.choice([{"disk": "ssd"}, {ZONE: chance.choice(ZONES)}, {"tier": "front"}])
    if chance.random() < 0.2:
        affinity["nodeAffinity"] = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": node_terms(chance)}}
    if chance.random() < 0.15:
        affinity.setdefault("nodeAffinity", {})["preferredDuringSchedulingIgnoredDuringExecution"] = [{"weight": 10, "preference": node_terms(chance)[0]}]
    if chance.random() < 0.15:
        affinity["podAffinity"] = {"requiredDuringSchedulingIgnoredDuringExecution": [pod_term(chance, apps, name)]}
    if chance.random() < 0.2:
        affinity["podAntiAffinity"] = {"requiredDuringSchedulingIgnoredDuringExecution": [pod_term(chance, apps, name)]}
    if affinity:
        spec["affinity"] = affinity
    if chance.random() < 0.3:
        spec["topologySpreadConstraints"] = [spread(chance, name)]
        if chance.random() < 0.25:
            other = spread(chance, name)
            if other["topologyKey"] != spec["topologySpreadConstraints"][0]["topologyKey"]:
                spec["topologySpreadConstraints"].append(other)
    if chance.random() < 0.25:
        spec["tolerations"] = [chance.choice([
            {"key": "dedicated", "operator": "Equal", "value": "gpu", "effect": "NoSchedule"},
            {"key": "dedicated", "operator": "Exists"}, {"operator": "Exists"},
            {"key": "old", "operator": "Exists", "effect": "NoExecute"}])]
    if chance.random() < 0.1:
        port = {"containerPort": 80, "hostPort": chance.choice([8080, 8081])}
        if chance.random() < 0.3:
            port["hostIP"] = "10.0.0.1"
        spec["containers"][0]["ports"] = [port]
    if chance.random() < 0.08:
        spec["containers"][0]["resources"].setdefault("limits", {})["example.com/gpu"] = "1"
    if chance.random() < 0.3:
        spec["priorityClassName"] = chance.choice(list(PRIORITIES))
    if chance.random() < 0.12:
        claim = {"name": f"data-{name}", "namespace": made["namespace"]}
        if chance.random() < 0.7:
            claim["zone"] = chance.choice(ZONES)
        volumes.append(claim)
        made["replicas"] = 1
        spec["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": claim["name"]}}]
    return made


def case(seed, number):
    chance = random.Random(f"{seed}/{number}")
    count = chance.choice([3, 5, 8, 12, 16])
    running = [f"r{index}" for index in range(chance.choice([2, 3, 4, 5]))]
    coming = [f"s{index}" for index in range(chance.choice([2, 3, 4, 6]))]
    apps = running + coming
    volumes = []
    made = {"case": number, "nodes": [node(chance, f"n{index:02}") for index in range(count)],
            "running": [controller(chance, name, running, volumes) for name in running],
            "coming": [controller(chance, name, apps, volumes) for name in coming]}
    made["volumes"] = volumes
    return made


def main():
    seed, count = sys.argv[1], int(sys.argv[2])
    for number in range(1, count + 1):
        print(json.dumps(case(seed, number), sort_keys=True, separators=(",", ":")))


if __name__ == "__main__":
    main()
