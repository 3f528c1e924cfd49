"""deploy/overlays/local, for a cluster that has neither registry nor provisioner."""

import restricted
from definitions import ROOT
from rendered import name, of_kind, pods, render


def not_local(documents):
    """Images and storage that a cluster without registry and provisioner cannot have."""
    for owner, pod in pods(documents):
        for container in restricted.containers(pod):
            if not container["image"].startswith("localhost/"):
                yield f"{owner}: replace the image {container['image']} by a local one"
    for document in of_kind(documents, "ConfigMap").values():
        image = document["data"].get("default-image")
        if image and not image.startswith("localhost/"):
            yield f"{name(document)}: replace the image {image} by a local one"
    volumes = of_kind(documents, "PersistentVolume").values()
    bound = {volume["spec"]["claimRef"]["name"]: volume["spec"] for volume in volumes}
    for claim in of_kind(documents, "PersistentVolumeClaim").values():
        volume = bound.get(claim["metadata"]["name"])
        if volume is None:
            yield f"{name(claim)}: there is no volume for it"
        elif not set(claim["spec"]["accessModes"]) <= set(volume["accessModes"]):
            yield f"{name(claim)}: its volume has other access modes"


def check(report):
    documents, complaints = render(ROOT / "deploy" / "overlays" / "local")
    findings = complaints or not_local(documents)
    report.check("deploy/overlays/local needs neither registry nor provisioner", findings)
