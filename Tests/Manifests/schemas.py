"""Objects of Kubernetes' own kinds against the schemas of a version of Kubernetes."""

import kubernetes_validate


def validate(document, version):
    """Findings; unknown fields are among them, since a server would silently drop what is misspelt."""
    try:
        kubernetes_validate.validate(document, version, strict=True)
    except kubernetes_validate.ValidationError as error:
        path = ".".join(str(part) for part in error.path)
        yield f"{document['kind']} {document['metadata']['name']}: {path}: {error.message[:300]}"
    except kubernetes_validate.SchemaNotFoundError as error:
        yield f"{document['kind']} {document['metadata']['name']}: {error.message}"
