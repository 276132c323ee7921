"""completion: what a shell needs to complete commands, options and values."""

import os
import sys
from typing import Annotated

import typer

from taskflow_deploy.cli.completions import SHELLS, shells
from taskflow_deploy.errors import UsageError
from taskflow_deploy.output import Output

SHELL, WORDS = "_TASKFLOW_COMPLETE", "_TASKFLOW_WORDS"
"""With the first a command completes instead of doing anything; the second holds what is typed."""

# Each calls the program as it was typed, so that every checkout completes its own commands, and
# knows it by the last part of its path: "taskflow", "./taskflow", "../somewhere/taskflow". What
# is typed is no argument: a program that knew nothing of completions would do it.
_BASH = """\
_taskflow() {
    local IFS=$'\\037'
    local words="${COMP_WORDS[*]:1:COMP_CWORD}"
    IFS=$'\\n'
    COMPREPLY=( $( _TASKFLOW_COMPLETE=bash _TASKFLOW_WORDS="$words" \\
        "${1/#\\~\\//$HOME/}" 2>/dev/null ) )
}
complete -o default -F _taskflow taskflow
"""
_ZSH = """\
#compdef taskflow
_taskflow() {
    local -a found
    found=( "${(@f)$( _TASKFLOW_COMPLETE=zsh \\
        _TASKFLOW_WORDS="${(pj:\\037:)${(@Q)words[2,CURRENT]}}" ${~words[1]} 2>/dev/null )}" )
    if [[ -n "$found" ]]; then
        _describe -V taskflow found
    else
        _files
    fi
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
compdef _taskflow taskflow
"""
_FISH = """\
function __taskflow
    set --local words (commandline --current-process --tokenize --cut-at-cursor)
    set --local current (commandline --current-token --cut-at-cursor)
    set --local program (string replace --regex '^~(?=/)' $HOME -- $words[1])
    command --query $program; or return
    _TASKFLOW_COMPLETE=fish _TASKFLOW_WORDS=(string join \\037 -- $words[2..] "$current") \\
        $program 2>/dev/null
end
complete --command taskflow --erase
complete --command taskflow --no-files --keep-order --arguments '(__taskflow)'
complete --command taskflow --condition '__fish_seen_subcommand_from kubectl helm' --force-files
"""
_SEPARATOR = "\x1f"
# What stands between a word and what is said about it; bash has no place for that.
_SIGNS = {"zsh": ":", "fish": "\t"}
_SCRIPTS = dict(zip(SHELLS, (_BASH, _ZSH, _FISH), strict=True))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(completion)


def completion(
    shell: Annotated[str, typer.Argument(help="bash, zsh or fish.", autocompletion=shells)],
) -> None:
    """Print what makes a shell complete commands, options and values.

    Example: source <(./taskflow completion bash)
    """
    if shell not in _SCRIPTS:
        raise UsageError(f"There is no completion for {shell!r}.", "Use bash, zsh or fish.")
    Output().text(_SCRIPTS[shell])


def is_wanted() -> bool:
    """Tell whether a shell asks for completions."""
    return SHELL in os.environ


def answer(app: typer.Typer) -> None:
    """Print the words that a shell asks for."""
    from taskflow_deploy.cli.words import candidates

    shell, typed = os.environ[SHELL], os.environ.get(WORDS, "").split(_SEPARATOR)
    for word, about in candidates(typer.main.get_command(app), typed, joined=shell != "bash"):
        sign = _SIGNS.get(shell, "") if about else ""
        sys.stdout.write(f"{word}{sign}{about if sign else ''}\n")
