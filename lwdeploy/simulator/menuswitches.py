"""The doubts about menus, their pictures, and the users who see them (reference sections 3.4 to 3.6, 9)."""

from lwdeploy.simulator.switch import Switch, doubt

__all__ = ["MENU_SWITCHES"]

MENU_SWITCHES: tuple[Switch, ...] = (
    doubt(
        "absent-image",
        "404|200-null",
        "9.9",
        "Reading the image of a rich menu that has none.",
        "not documented",
    ),
    doubt(
        "absent-menu",
        "404|200-null",
        "9.9",
        "Reading a persistent, default or user menu that is not set.",
        "not documented; a public client expects 404",
    ),
    doubt(
        "area-overflow",
        "tolerated|one-pixel",
        "9.15",
        "How far the areas of a rich menu may end beyond its size.",
        "not documented; one pixel was taken from a public client",
    ),
    doubt(
        "area-overlap",
        "tolerated|refused",
        "9.15",
        "Areas of a rich menu that lie over each other.",
        "not documented",
    ),
    doubt(
        "bound-file-life",
        "lasting|24h",
        "9.14",
        "Whether the file of a bound image can be fetched when its 24 hours are over.",
        "24 hours are printed for attachments; nothing is said of bound ones",
    ),
    doubt(
        "bound-file-reuse",
        "taken|refused",
        "9.14",
        "Binding a file that was bound by an earlier call, to the same rich menu or another.",
        "not documented",
    ),
    doubt(
        "delete-linked-menu",
        "accepted|refused|dangling",
        "9.12",
        "Deleting a rich menu that is the default or a user's; dangling leaves its id the default.",
        "not documented",
    ),
    doubt(
        "image-file-id",
        "kept|replaced",
        "9.14",
        "Whether a bound menu image reads back under another file id.",
        "not documented; a file of its own lives 24 hours",
    ),
    doubt(
        "image-of-other-size",
        "taken|refused",
        "3.5",
        "An image of the one size for a rich menu of the other.",
        "both sizes are printed for images; that they have to agree is not said",
    ),
    doubt(
        "menu-order",
        "oldest-first|newest-first",
        "3.5",
        "Order of a bot's rich menus in their list.",
        "not documented",
    ),
    doubt(
        "menu-without-image",
        "accepted|refused",
        "3.5",
        "A rich menu without an image as the default or as a user's.",
        "documented is only that it is not shown before it has one",
    ),
    doubt(
        "missing-user",
        "400|404",
        "2.7",
        "Status for a user in the path whom the directory does not hold, such as one who left: of getUser, and "
        "where the directory is strict of all others.",
        "400 with BAD_REQUEST is of API 1.0, for accounts in bodies; 404 is the habit of 2.0",
    ),
    doubt(
        "raw-upload",
        "refused|accepted",
        "3.6",
        "Bytes put to an upload address as they are, without a token.",
        "file-upload says POST with a token; the notes of one client say PUT without",
    ),
    doubt(
        "second-image",
        "taken|refused",
        "3.5",
        "Binding an image to a rich menu that has one, be it the same again.",
        "not documented",
    ),
    doubt(
        "second-image-languages",
        "replaced|kept",
        "3.5",
        "Images of languages that a second binding does not name: gone, or still bound.",
        "not documented",
    ),
    doubt(
        "unset-menu-fields",
        "omitted|empty|null",
        "2.9",
        "Optional fields of a menu's action that hold nothing, when read.",
        "the answers printed show no such field; a sister API returns unset properties",
    ),
)
