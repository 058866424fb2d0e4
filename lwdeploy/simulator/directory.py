"""The directory, as far as bots need it: who a user is (developers.worksmobile.com/jp/docs/user-get)."""

from lwdeploy.simulator.operations import Call, Operation
from lwdeploy.simulator.users import identify, user
from lwdeploy.simulator.wire import Answer, ApiError, missing

__all__ = ["OPERATIONS"]

_READ_USERS = frozenset({"user", "user.read", "directory", "directory.read"})
_FLAGS = ("isAdministrator", "isPending", "isSuspended", "isDeleted", "isAwaiting")


def _get(call: Call) -> Answer:
    """Show a user, named by user id or login; one who has left is not found, as `missing-user` has it."""
    written: str = user(call.path["userId"], "userId", call.tenant.rules)
    row = call.store.row("SELECT user_id, login, name, domain_id FROM users WHERE user_id = ?", identify(written))
    if row is None:
        if call.reads("missing-user", "404"):
            raise missing("User")
        raise ApiError(400, "BAD_REQUEST", f'Bad Request Parameters: Cannot find "{written}"')
    user_id, login, name, domain_id = row
    shown = {"domainId": domain_id, "userId": user_id, "email": login, **dict.fromkeys(_FLAGS, False)}
    return Answer(status=200, content=shown | {"userName": {"lastName": None, "firstName": name}})


OPERATIONS = (Operation(name="getUser", method="GET", path="/users/{userId}", scopes=_READ_USERS, handle=_get),)
