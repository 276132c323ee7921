"""Asks two systems the same requests, made up by chance, and compares every answer.

What is asked is driven by an OpenAPI document (:mod:`.openapi`) and goes beyond it
(:mod:`.sequences`). The API's own ways, such as how an account is made, are told by whoever
calls (:class:`.api.FuzzedApi`). :func:`.run.fuzz` is the entrance; a difference is shrunk to the
shortest sequence of requests that shows it.
"""
