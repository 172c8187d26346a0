#!/usr/bin/env python3
"""Asks an API server what it makes of the cases: record.py KUBECONFIG CASES ANSWERS [NAME=BEFORE:AFTER…]

CASES is a folder of files. A case is `### NAME` and objects in plain YAML, or `### NAME: BASE` and how the case BASE of the same
file is changed. What is before is applied (server-side, as the manager `plimsoll`) in a namespace of the case's own, what is
after is applied as a dry run, and what the server answers to both is written to ANSWERS, one case a line, after a line with
the server's version. What differs from one run to the next (uids, times, allocated addresses and ports) is left out or
numbered. BEFORE and AFTER are files or folders of manifests: a case more.
"""
import http.client
import json
import re
import ssl
import sys
from pathlib import Path

VOLATILE = ["creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"]


class Server:
    def __init__(self, kubeconfig):
        text = Path(kubeconfig).read_text()
        address = re.search(r'server: "https://([^"]+)"', text)[1]
        authority = re.search(r'certificate-authority: "([^"]+)"', text)[1]
        self.token = re.search(r'token: "([^"]+)"', text)[1]
        self.connection = http.client.HTTPSConnection(address, context=ssl.create_default_context(cafile=authority))
        self.resources = {}
        self.namespaces = set()

    def ask(self, method, path, body=None, kind="application/apply-patch+yaml"):
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Content-Type": kind} if body else {})
        self.connection.request(method, path, body=body, headers=headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())

    def resource(self, api_version, kind):
        """The path of a kind's objects, and whether they belong to a namespace."""
        root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        if api_version not in self.resources:
            self.resources[api_version] = self.ask("GET", root)[1]["resources"]
        for one in self.resources[api_version]:
            if one["kind"] == kind and "/" not in one["name"]:
                return root, one["name"], one["namespaced"]
        raise SystemExit(f"the server knows no {kind} of {api_version}")

    def have(self, namespace):
        """There is a namespace of this name."""
        if namespace not in self.namespaces:
            self.namespaces.add(namespace)
            self.ask("PATCH", f"/api/v1/namespaces/{namespace}?fieldManager=plimsoll", json.dumps(
                {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}))

    def place(self, text, namespace):
        """The path of an object."""
        api_version = re.search(r"^apiVersion: (\S+)", text, re.M)[1]
        kind = re.search(r"^kind: (\S+)", text, re.M)[1]
        metadata = text[text.index("metadata:"):]
        name = re.search(r"\bname: ([^\s,}]+)", metadata)[1]
        root, plural, namespaced = self.resource(api_version, kind)
        own = re.search(r"^  namespace: (\S+)$", metadata, re.M)
        namespace = own[1] if own else namespace
        self.have(namespace)
        return f"{root}/namespaces/{namespace}/{plural}/{name}" if namespaced else f"{root}/{plural}/{name}"

    def apply(self, text, namespace, dry_run):
        """What the server makes of an object, or the reason why it refuses it."""
        place = self.place(text, namespace)
        query = "fieldManager=plimsoll&force=true" + ("&dryRun=All" if dry_run else "")
        status, answer = self.ask("PATCH", f"{place}?{query}", text)
        if status >= 400:
            return {"refused": answer["message"].replace(namespace, "default")}
        for field in VOLATILE:
            answer["metadata"].pop(field, None)
        answer.pop("status", None)
        if answer["metadata"].get("namespace") == namespace:
            answer["metadata"].pop("namespace")
        return answer


def cases(folder):
    """The cases of a folder: their names, and one state or two."""
    for file in sorted(Path(folder).glob("*.yaml")):
        bases = {}
        for case in re.split(r"^### ", file.read_text(), flags=re.M)[1:]:
            title, text = case.split("\n", 1)
            name, _, base = title.partition(": ")
            bases[name] = text
            yield name, [bases[base], changed(bases[base], text)] if base else [text]


def states(arguments):
    """The cases that are named by their folders."""
    for argument in arguments:
        name, _, folders = argument.partition("=")
        sides = []
        for folder in map(Path, folders.split(":")):
            files = sorted(folder.glob("*.yaml")) if folder.is_dir() else [folder]
            sides.append("\n---\n".join(file.read_text() for file in files))
        yield name, sides


def changed(base, hunks):
    for hunk in hunks.split("@@\n"):
        lines = hunk.splitlines(keepends=True)
        old, new = ("".join(line[1:] for line in lines if line[0] in kept) for kept in ("- ", "+ "))
        place = re.compile("^" + re.escape(old), re.M)
        if len(place.findall(base)) != 1:
            raise SystemExit(f"these lines are not once in the case that is changed:\n{old}")
        base = place.sub(lambda _: new, base)
    return base


def numbered(line, inputs):
    """The same line whatever addresses and ports the server had left."""
    found = dict.fromkeys(re.findall(r'"10\.0\.\d+\.\d+"|(?<=ode[pP]ort": )3[012]\d{3}|(?<=NodePort": )3[012]\d{3}', line))
    allocated = [one for one in found if one.strip('"') not in inputs]
    for index, one in enumerate(allocated, 1):
        line = line.replace(one, f'"10.0.0.{index}"' if one.startswith('"') else str(30000 + index))
    line = re.sub(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', '00000000-0000-4000-8000-000000000000', line)
    return re.sub(r'"20\d\d-\d\d-\d\dT[\d:]+Z"', '"2026-01-01T00:00:00Z"', line)


def main(kubeconfig, folder, answers, *more):
    server = Server(kubeconfig)
    lines = [json.dumps({"server": server.ask("GET", "/version")[1]["gitVersion"]})]
    for name, sides in [*cases(folder), *states(more)]:
        answer = {"case": name}
        for side, text in zip(["before", "after"], sides):
            objects = [one for one in re.split(r"^---$", text, flags=re.M) if "kind:" in one]
            answer[side] = [server.apply(one, name, side == "after") for one in objects]
        lines.append(numbered(json.dumps(answer, sort_keys=True), "".join(sides)))
    Path(answers).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
