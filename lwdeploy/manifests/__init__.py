"""From YAML files to what they declare: the only home of yaml and jsonschema.

`load` reads files strictly, `validate` says what is wrong with them, `resolve` makes them `Desired`.
`rules` explains every rule id that these three use, `schemas` gives the JSON Schemas. Nothing is imported
here, so that a command pays only for the step that it takes.
"""
