"""Tenant and Project documents become values; what they leave out has its default."""

from __future__ import annotations

import pytest

from lwdeploy.core.places import BucketPlace, DatabasePlace, FilePlace, GitPlace, KeyRefs, StatePlace
from lwdeploy.core.secret import SecretRef
from lwdeploy.core.tenant import Auth, Guards, Limits, Tenant
from lwdeploy.manifests.resolve import default_tenant, project_id, tenant_view, tenants
from tests.unit.manifests.conftest import Project

HEAD = "apiVersion: lwdeploy/v1\nkind: Tenant\nmetadata: {name: production}\nspec:\n  endpoint: "


def test_a_tenant_with_only_an_endpoint_has_the_defaults(project: Project) -> None:
    project.write("t.yaml", HEAD + "local\n")
    assert tenants(project.load().documents) == (Tenant(name="production", endpoint="local"),)


def test_every_field_of_a_tenant_arrives(project: Project) -> None:
    project.write(
        "env/t.yaml",
        HEAD
        + """https://www.worksapis.com/v1.0
  tokenUrl: https://auth.worksmobile.com/oauth2/v2.0/token
  plan: standard
  limits: {bots: 250, callsPerMinute: 100}
  domains: {head-office: 10000001}
  auth:
    clientId: {env: ID}
    clientSecret: {exec: [pass, show, x]}
    privateKey: {file: ../private.key}
  state: {file: {path: state.json}}
  pacing: {share: 1}
  defaults: {photoUrl: https://static.example.com/bot.png}
  prune: true
  guards:
    maxDeletes: 0
    maxDeletePercent: 5
    requireVicePic: true
    allowedCallbackHosts: ["*.example.com"]
    namePattern: ^A
""",
    )
    assert project.check() == []
    folder = project.root.absolute() / "env"
    made = tenants(project.load().documents)
    assert made == (
        Tenant(
            name="production",
            endpoint="https://www.worksapis.com/v1.0",
            token_url="https://auth.worksmobile.com/oauth2/v2.0/token",
            plan="standard",
            limits=Limits(bots=250, calls_per_minute=100, share=1),
            domains={"head-office": 10000001},
            auth=Auth(
                client_id=SecretRef(env="ID"),
                client_secret=SecretRef(exec=("pass", "show", "x")),
                private_key=SecretRef(file=str(folder / "../private.key")),
            ),
            state=FilePlace(path=str(folder / "state.json")),
            default_photo_url="https://static.example.com/bot.png",
            prune=True,
            guards=Guards(
                max_deletes=0,
                max_delete_percent=5,
                require_vice_pic=True,
                allowed_callback_hosts=("*.example.com",),
                name_pattern="^A",
            ),
        ),
    )
    view = tenant_view(made[0])
    assert (view.name, view.domains) == ("production", {"head-office": 10000001})
    assert view.defaults == {"photoUrl": "https://static.example.com/bot.png"}
    assert view.guards == {
        "requireVicePic": True,
        "allowedCallbackHosts": ["*.example.com"],
        "namePattern": "^A",
    }


KEYS = "{object: {bucket: a, prefix: b, credentials: {accessKeyId: {env: ID}, secretAccessKey: {file: key}}}}"
FULL = (
    "{object: {bucket: a, prefix: b, region: c, endpoint: 'https://d', allowHttp: true, "
    "credentials: {accessKeyId: {env: ID}, secretAccessKey: {file: key}, sessionToken: {exec: [token]}}}}"
)


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("{}", None),
        ("{file: {}}", FilePlace()),
        ("{git: {}}", GitPlace(ref="refs/heads/lwdeploy-state", remote="origin", folder="7f3a91c2/production")),
        (
            "{git: {branch: team/state, remote: upstream, folder: bots}}",
            GitPlace(ref="refs/heads/team/state", remote="upstream", folder="bots"),
        ),
        (
            "{git: {ref: refs/lwdeploy/state}}",
            GitPlace(ref="refs/lwdeploy/state", remote="origin", folder="7f3a91c2/production"),
        ),
        ("{object: {bucket: acme}}", BucketPlace(bucket="acme", prefix="7f3a91c2/production")),
        (
            FULL,
            BucketPlace(
                bucket="a",
                prefix="b",
                region="c",
                endpoint="https://d",
                allow_http=True,
                keys=KeyRefs(
                    access_key_id=SecretRef(env="ID"),
                    secret_access_key=SecretRef(file="FOLDER/key"),
                    session_token=SecretRef(exec=("token",)),
                ),
            ),
        ),
        (
            KEYS,
            BucketPlace(
                bucket="a",
                prefix="b",
                keys=KeyRefs(access_key_id=SecretRef(env="ID"), secret_access_key=SecretRef(file="FOLDER/key")),
            ),
        ),
        (
            "{postgres: {dsn: {env: DSN}}}",
            DatabasePlace(dsn=SecretRef(env="DSN"), schema="lwdeploy", space="7f3a91c2/production"),
        ),
        (
            "{postgres: {dsn: {file: key}, schema: bots, space: here}}",
            DatabasePlace(dsn=SecretRef(file="FOLDER/key"), schema="bots", space="here"),
        ),
    ],
)
def test_a_state_has_a_place_of_its_own_unless_it_is_said(
    project: Project, written: str, place: StatePlace | None
) -> None:
    """In a place that is shared, the project's id and the tenant's name keep states apart."""
    project.write(
        "t.yaml",
        "apiVersion: lwdeploy/v1\nkind: Project\nmetadata: {name: acme}\nspec: {id: 7f3a91c2}\n---\n"
        f"{HEAD}local\n  state: {written}\n",
    )
    assert project.check() == []
    (made,) = tenants(project.load().documents)
    assert repr(made.state).replace(str(project.root.absolute()), "FOLDER") == repr(place)


def test_without_a_project_document_the_place_is_called_default(project: Project) -> None:
    project.write("t.yaml", f"{HEAD}local\n  state: {{git: {{}}}}\n")
    (made,) = tenants(project.load().documents)
    assert isinstance(made.state, GitPlace)
    assert made.state.folder == "default/production"


def test_the_free_plan_warns_above_ten_bots_and_allows_sixty_calls(project: Project) -> None:
    project.write("t.yaml", HEAD + "local\n  plan: free\n")
    limits = tenants(project.load().documents)[0].limits
    assert (limits.bots, limits.warn_bots, limits.calls_per_minute) == (300, 10, 60)


def test_an_invalid_tenant_is_left_out(project: Project) -> None:
    project.write("t.yaml", HEAD + "ftp://x\n")
    assert tenants(project.load().documents) == ()
    assert tenant_view(Tenant(name="t", endpoint="local")).defaults == {}


def test_the_only_tenant_is_the_default_and_of_several_the_annotated_one(project: Project) -> None:
    assert default_tenant(project.load().documents) is None
    project.write("a.yaml", HEAD + "local\n")
    assert default_tenant(project.load().documents) == "production"
    staging = HEAD.replace("production", "staging")
    project.write("b.yaml", staging + "local\n")
    assert default_tenant(project.load().documents) is None
    project.write(
        "b.yaml",
        staging.replace("{name: staging}", '{name: staging, annotations: {lwdeploy/default: "true"}}') + "local\n",
    )
    assert default_tenant(project.load().documents) == "staging"


def test_the_project_id_is_that_of_the_project_document_or_default(project: Project) -> None:
    assert project_id(project.load().documents) == "default"
    project.write("p.yaml", "apiVersion: lwdeploy/v1\nkind: Project\nmetadata: {name: p}\nspec: {id: 7f3a91c2}\n")
    assert project_id(project.load().documents) == "7f3a91c2"
