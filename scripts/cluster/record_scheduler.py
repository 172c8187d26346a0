#!/usr/bin/env python3
"""Asks a scheduler what it makes of the cases: record_scheduler.py KUBECONFIG CASES RECORD

CASES is what scheduler_cases.py printed. Of each case the nodes are made, then the pods of one controller after another: first
those that run, the highest priority first, then those that come. A pod that was preempted is made anew, as its controller
would. RECORD gets a line a case: the case, with where the first ones ran before the others came, and in the end how many pods
of each controller are bound, and what the scheduler says of those that wait. An end is when nothing has changed for a while.
"""
import json
import sys
import time
from pathlib import Path

from record import Server
from scheduler_cases import DRIVER, PRIORITIES, ZONE

NAMESPACES = ["red", "blue"]
# A pod that does not fit is tried again when something changes, after a second (podInitialBackoffSeconds).
QUIET = 2.2


class Case:
    def __init__(self, server, case):
        self.server, self.case = server, case
        self.made = {}
        self.again = 0

    def ask(self, method, path, body=None, kind="application/json"):
        status, answer = self.server.ask(method, path, json.dumps(body) if body else None, kind)
        if status >= 300 and not (method == "DELETE" and status == 404):
            raise SystemExit(f"{method} {path}: {answer.get('message')}")
        return answer

    def make_nodes(self):
        for node in self.case["nodes"]:
            limit = node.get("volumeLimit")
            self.ask("POST", "/api/v1/nodes", {
                "apiVersion": "v1", "kind": "Node", "metadata": {"name": node["name"], "labels": node["labels"]},
                "spec": {"taints": node.get("taints"), "unschedulable": node.get("unschedulable", False)},
                "status": {"capacity": node["allocatable"], "allocatable": node["allocatable"],
                           "conditions": [{"type": "Ready", "status": "True"}]}})
            if limit:
                self.ask("POST", "/apis/storage.k8s.io/v1/csinodes", {
                    "apiVersion": "storage.k8s.io/v1", "kind": "CSINode", "metadata": {"name": node["name"]},
                    "spec": {"drivers": [{"name": DRIVER, "nodeID": node["name"], "allocatable": {"count": limit}}]}})

    def make_volumes(self):
        for claim in self.case["volumes"]:
            name, namespace = claim["name"], claim["namespace"]
            spec = {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "",
                    "csi": {"driver": DRIVER, "volumeHandle": f"{namespace}-{name}"},
                    "claimRef": {"namespace": namespace, "name": name}}
            if "zone" in claim:
                term = {"matchExpressions": [{"key": ZONE, "operator": "In", "values": [claim["zone"]]}]}
                spec["nodeAffinity"] = {"required": {"nodeSelectorTerms": [term]}}
            self.ask("POST", "/api/v1/persistentvolumes", {
                "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": f"{namespace}-{name}"}, "spec": spec})
            path = f"/api/v1/namespaces/{namespace}/persistentvolumeclaims"
            self.ask("POST", path, {
                "apiVersion": "v1", "kind": "PersistentVolumeClaim",
                "metadata": {"name": name, "annotations": {"pv.kubernetes.io/bind-completed": "yes"}},
                "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "", "volumeName": f"{namespace}-{name}",
                         "resources": {"requests": {"storage": "1Gi"}}}})
            self.ask("PATCH", f"{path}/{name}/status", {"status": {"phase": "Bound"}}, "application/merge-patch+json")

    def make_pod(self, controller):
        self.again += 1
        name = f"{controller['name']}-{self.again:04}"
        self.ask("POST", f"/api/v1/namespaces/{controller['namespace']}/pods", {
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": controller["labels"]}, "spec": controller["spec"]})
        self.made[name] = controller

    def pods(self):
        """The pods that there are, by name."""
        return {pod["metadata"]["name"]: pod for pod in self.ask("GET", "/api/v1/pods")["items"]}

    def run(self, controllers):
        """Makes the pods of controllers, in the order in which they wait in the scheduler's queue: a pod that is preempted
        on the way waits with the others."""
        waiting = [(self.place(one), one["name"], one, one["replicas"]) for one in controllers]
        while waiting:
            waiting.sort(key=lambda item: item[:2])
            _, _, controller, count = waiting.pop(0)
            for _ in range(count):
                self.make_pod(controller)
            pods = self.pods()
            while not all(decided(pod) for pod in pods.values()):
                time.sleep(0.02)
                pods = self.pods()
            waiting += [(self.place(one), one["name"], one, 1) for one in self.missing(pods)]
        return self.settle()

    def place(self, controller):
        """The highest priority first, and of equal ones those that ran already."""
        priority = PRIORITIES.get(controller["spec"].get("priorityClassName"), 0)
        return -priority, controller in self.case["coming"]

    def missing(self, pods):
        """The controllers of pods that were preempted, once for each."""
        return [self.made.pop(name) for name in list(self.made) if name not in pods]

    def settle(self):
        seen, since = None, time.monotonic()
        while True:
            pods = self.pods()
            for controller in self.missing(pods):
                self.make_pod(controller)
            state = {name: pod["spec"].get("nodeName") for name, pod in pods.items()}
            if state != seen:
                seen, since = state, time.monotonic()
            if all(state.values()) and len(state) == len(self.made) or time.monotonic() - since > QUIET:
                return pods
            time.sleep(0.1)

    def outcome(self, pods):
        bound, says = {}, {}
        for name, pod in sorted(pods.items()):
            controller = self.made[name]["name"]
            node = pod["spec"].get("nodeName")
            bound.setdefault(controller, []).extend([node] if node else [])
            if not node:
                says[controller] = message(pod)
        return {name: sorted(nodes) for name, nodes in bound.items()}, says

    def clean(self):
        now = {"gracePeriodSeconds": 0, "kind": "DeleteOptions", "apiVersion": "v1"}
        for namespace in NAMESPACES:
            for plural in ["pods", "persistentvolumeclaims"]:
                self.ask("DELETE", f"/api/v1/namespaces/{namespace}/{plural}", now)
        for path in ["/api/v1/persistentvolumes", "/api/v1/nodes", "/apis/storage.k8s.io/v1/csinodes"]:
            self.ask("DELETE", path, now)
        while self.pods():
            time.sleep(0.05)


def condition(pod):
    found = [one for one in pod.get("status", {}).get("conditions", []) if one["type"] == "PodScheduled"]
    return found[0] if found else {}


def decided(pod):
    return bool(pod["spec"].get("nodeName")) or condition(pod).get("reason") == "Unschedulable"


def message(pod):
    return condition(pod).get("message", "").split(" preemption:")[0]


def prepare(server):
    for namespace in NAMESPACES:
        server.ask("POST", "/api/v1/namespaces", json.dumps(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": {"team": namespace}}}), "application/json")
    for name, value in PRIORITIES.items():
        policy = "Never" if name == "patient" else "PreemptLowerPriority"
        server.ask("POST", "/apis/scheduling.k8s.io/v1/priorityclasses", json.dumps(
            {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name}, "value": value,
             "preemptionPolicy": policy}), "application/json")


def main():
    kubeconfig, cases, record = sys.argv[1:]
    server = Server(kubeconfig)
    prepare(server)
    with open(record, "w") as out:
        for line in Path(cases).read_text().splitlines():
            one = Case(server, json.loads(line))
            one.make_nodes()
            one.make_volumes()
            ran, _ = one.outcome(one.run(one.case["running"]))
            bound, says = one.outcome(one.run(one.case["coming"]))
            one.clean()
            one.case["ran"] = ran
            one.case["bound"] = {name: len(nodes) for name, nodes in bound.items()}
            one.case["says"] = says
            print(json.dumps(one.case, sort_keys=True, separators=(",", ":")), file=out, flush=True)


if __name__ == "__main__":
    main()
