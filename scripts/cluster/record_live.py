#!/usr/bin/env python3
"""Asks an API server what the next apply makes of a live object: record_live.py KUBECONFIG CASES ANSWERS

The form of a case is explained on top of CASES. Each is applied in a namespace of its own, by kubectl, and changed by others
over the API. ANSWERS gets one line a case: the live object, and the one that the next apply would make of it; its first line is
the server's version. What differs from one run to the next is left out or numbered.
"""
import json
import re
import subprocess
import sys
from pathlib import Path

from record import Server, numbered

APPLY = {"client": [], "server": ["--server-side", "--force-conflicts"], "over": ["--server-side", "--force-conflicts"]}


def kubectl(kubeconfig, namespace, text, flags):
    command = ["kubectl", "--kubeconfig", kubeconfig, "--namespace", namespace, "apply", "-f", "-", "-o", "json", *flags]
    answer = subprocess.run(command, input=text, capture_output=True, text=True)
    return json.loads(answer.stdout) if answer.returncode == 0 else {"refused": answer.stderr.strip()}


def by_another(server, place, manager, how, text):
    """Another manager's change: a merge patch, an apply of its own, or a new number of replicas."""
    kinds = {"merge": "application/merge-patch+json", "apply": "application/apply-patch+yaml", "scale": "application/merge-patch+json"}
    if how == "scale":
        place, text = f"{place}/scale", json.dumps({"spec": {"replicas": int(text)}})
    query = f"?fieldManager={manager}" + ("&force=true" if how == "apply" else "")
    status, answer = server.ask("PATCH", place + query, text, kinds[how])
    if status >= 400:
        raise SystemExit(f"{manager} could not {how}: {answer['message']}")


def kept(answer, namespace):
    for field in ["creationTimestamp", "generation", "resourceVersion", "uid"]:
        answer.get("metadata", {}).pop(field, None)
    if "metadata" in answer:
        answer["metadata"].get("managedFields", []).sort(key=lambda one: (one["manager"], one["operation"], one.get("subresource", "")))
    return json.loads(json.dumps(answer).replace(f'"{namespace}"', '"default"').replace(f'\\"{namespace}\\"', '\\"default\\"'))


def main(kubeconfig, file, answers):
    server = Server(kubeconfig)
    lines = [json.dumps({"server": server.ask("GET", "/version")[1]["gitVersion"]})]
    for case in re.split(r"^### (?=client-|server-|over-)", Path(file).read_text(), flags=re.M)[1:]:
        name, text = case.split("\n", 1)
        first, *changes = re.split(r"^### ", text, flags=re.M)
        namespace, way = name, name.split("-")[0]
        server.have(namespace)
        kubectl(kubeconfig, namespace, first, [] if way == "over" else APPLY[way])
        place = server.place(first, namespace)
        for change in changes[:-1]:
            title, text = change.split("\n", 1)
            _, manager, how = title.split()
            by_another(server, place, manager, how, text)
        live = kept(server.ask("GET", place)[1], namespace)
        # Of a dry run kubectl does not hand over what it had applied client-side.
        flags = APPLY[way] if way == "over" else ["--dry-run=server", *APPLY[way]]
        after = kept(kubectl(kubeconfig, namespace, changes[-1].split("\n", 1)[1], flags), namespace)
        lines.append(numbered(json.dumps({"case": name, "live": live, "after": after}, sort_keys=True), text))
    Path(answers).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
