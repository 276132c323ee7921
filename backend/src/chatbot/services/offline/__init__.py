"""The assistant that needs no model: a small grammar over the same tools.

A message goes through :mod:`.sentences` (cut into commands), :mod:`.grammar` (a
table of patterns) into :mod:`.intents`; :mod:`.worker` carries these out with
tool calls, finds the tasks that are meant with :mod:`.matching`, and puts the
outcome into words with :mod:`.replies`. :mod:`.memory` is what it remembers of
its last answer, :mod:`.transcript` how it reads the conversation, and
:mod:`.model` makes a chat model of it all.

The same conversation over the same tasks always gets the same answer. To teach
it a sentence, add a pattern to the grammar and a line to its table of tests.
"""
