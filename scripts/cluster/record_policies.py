#!/usr/bin/env python3
"""Asks an API server what ValidatingAdmissionPolicies say: record_policies.py KUBECONFIG CASES ANSWERS

CASES has `expressions`, each evaluated over `object` in a policy of its own whose message is its value, and `policies`: a `spec`, a
`binding`, what is there (`given`), and an object before and after. ANSWERS gets, by case, what the server says to the request as a dry
run: null where it takes it, else its message; for a policy that it does not take, `invalid` and why.
"""
import json
import re
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))
from record import Server  # noqa: E402

API = "/apis/admissionregistration.k8s.io/v1"
RULES = [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["configmaps"]}]


def put(server, path, value, dry_run=False):
    query = "fieldManager=plimsoll&force=true" + ("&dryRun=All" if dry_run else "")
    return server.ask("PATCH", f"{path}?{query}", json.dumps(value))


def policy(server, name, spec, binding, namespace):
    """Makes a policy for one namespace; why the server does not take it, if it does not."""
    head = {"apiVersion": "admissionregistration.k8s.io/v1", "metadata": {"name": name}}
    status, answer = put(server, f"{API}/validatingadmissionpolicies/{name}", head | {"kind": "ValidatingAdmissionPolicy", "spec": spec})
    if status >= 400:
        return answer["message"]
    here = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}
    spec = {"policyName": name, "validationActions": ["Deny"], "matchResources": here} | binding
    status, answer = put(server, f"{API}/validatingadmissionpolicybindings/{name}", head | {"kind": "ValidatingAdmissionPolicyBinding", "spec": spec})
    assert status < 400, answer
    return None


def object_path(server, value, namespace):
    root, plural, namespaced = server.resource(value["apiVersion"], value["kind"])
    name = value["metadata"]["name"]
    return f"{root}/namespaces/{namespace}/{plural}/{name}" if namespaced else f"{root}/{plural}/{name}"


def told(answer):
    status, body = answer
    if status < 400:
        return None
    return re.sub(r"^.*?denied request: ", "", body["message"], flags=re.S)


def main(kubeconfig, cases, answers):
    server, cases, said = Server(kubeconfig), json.loads(Path(cases).read_text()), {}
    asked = []
    for number, expression in enumerate(cases["expressions"]):
        name, namespace = f"e{number}", f"e{number}"
        spec = {
            "matchConstraints": {"resourceRules": RULES},
            "validations": [{"expression": f"size([{expression}]) > 5", "messageExpression": f"'%s'.format([{expression}])"}],
        }
        server.have(namespace)
        why = policy(server, name, spec, {}, namespace)
        if why:
            said[expression] = {"invalid": why}
        else:
            asked.append((expression, namespace, [], None, cases["object"]))
    for number, case in enumerate(cases["policies"]):
        name, namespace = f"p{number}", f"p{number}"
        server.have(namespace)
        for value in case.get("given", []):
            answer = put(server, object_path(server, value, namespace), value)
            assert answer[0] < 400, answer
        if case.get("before"):
            answer = put(server, object_path(server, case["before"], namespace), case["before"])
            assert answer[0] < 400, answer
        binding = json.loads(json.dumps(case.get("binding", {})).replace("NAMESPACE", namespace))
        why = policy(server, name, case["spec"], binding, namespace)
        assert why is None, why
        asked.append((case["name"], namespace, case.get("given", []), case.get("before"), case["after"]))
    # The server reads policies a moment after it has taken them: the last one says when.
    server.have("ready")
    never = {"matchConstraints": {"resourceRules": RULES}, "validations": [{"expression": "false"}]}
    policy(server, "ready", never, {}, "ready")
    deadline = time.monotonic() + 60
    while told(put(server, "/api/v1/namespaces/ready/configmaps/a", cases["object"] | {"metadata": {"name": "a"}}, True)) is None:
        assert time.monotonic() < deadline, "the server does not enforce policies"
        time.sleep(0.2)
    time.sleep(3)
    for name, namespace, _, _, after in asked:
        answer = told(put(server, object_path(server, after, namespace), after, True))
        said[name] = answer.replace(namespace, "NAMESPACE") if answer and namespace[0] == "p" else answer
    Path(answers).write_text(json.dumps(said, indent=1, sort_keys=True) + "\n")


main(*sys.argv[1:])
