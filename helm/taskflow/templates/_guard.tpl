{{/*
Stops the rendering when a value looks like a secret outside the fields that are
meant for secrets: Helm keeps values in plain text, and most objects are readable
by many. The message names the value and never shows it.
*/}}
{{- define "taskflow.guard" -}}
{{- $found := include "taskflow.guardValue" (dict "path" "" "key" "" "value" .Values) | trim -}}
{{- if $found -}}
  {{- $names := splitList "\n" $found | sortAlpha | uniq -}}
  {{- fail (printf "a value looks like a secret: %s. Take it out, and give secrets as the chart's README.md shows" (join ", " $names)) -}}
{{- end -}}
{{- end -}}

{{/* The dotted names of suspicious values in "value" and below it, one a line. */}}
{{- define "taskflow.guardValue" -}}
{{- $meant := list "auth.betterAuthSecret" "auth.previousSecret" "backend.secrets.databaseUrl" "backend.secrets.anthropicApiKey" -}}
{{- $path := .path -}}
{{- if not (has $path $meant) -}}
  {{- if kindIs "map" .value -}}
    {{- range $key, $value := .value -}}
      {{- include "taskflow.guardValue" (dict "path" (printf "%s.%s" $path $key | trimPrefix ".") "key" $key "value" $value) -}}
    {{- end -}}
  {{- else if kindIs "slice" .value -}}
    {{- $key := .key -}}
    {{- range $index, $value := .value -}}
      {{- include "taskflow.guardValue" (dict "path" (printf "%s[%d]" $path $index) "key" $key "value" $value) -}}
    {{- end -}}
  {{- else if or (include "taskflow.isSecretName" .) (include "taskflow.isSecretText" .) -}}
    {{- printf "%s\n" $path -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* Whether a value has a name as secrets have: "true" or nothing. A switch is no secret. */}}
{{- define "taskflow.isSecretName" -}}
{{- $name := .key | splitList "/" | last -}}
{{- $text := .value | toString -}}
{{- $sensitive := regexMatch "(?i)(passwords?|passwd|passphrases?|secrets?|tokens?|credentials?|(api|access|private|secret)[-_.]?keys?)$" $name -}}
{{- if and $sensitive (ne $name "existingSecret") .value (not (has $text (list "true" "false"))) -}}
true
{{- end -}}
{{- end -}}

{{/* Whether a text has the form of a secret: "true" or nothing. */}}
{{- define "taskflow.isSecretText" -}}
{{- if kindIs "string" .value -}}
{{- $forms := list
  "sk-[A-Za-z0-9_-]{16,}"
  "[A-Za-z][A-Za-z0-9+.-]*://[^/?#\\s:@]*:[^/?#\\s@]+@"
  "-----BEGIN [A-Z ]*PRIVATE KEY"
  "eyJ[A-Za-z0-9_-]{8,}[.][A-Za-z0-9_-]{8,}[.]"
  "(^|[^A-Z0-9])(AKIA|ASIA)[A-Z0-9]{16}([^A-Z0-9]|$)"
  "AIza[A-Za-z0-9_-]{35}"
  "(gh[pousr]|github_pat|glpat|xox[abeprs]|npm|hf)[_-][A-Za-z0-9_-]{20,}"
-}}
{{- $value := .value -}}
{{- $found := "" -}}
{{- range $forms -}}
  {{- if regexMatch . $value -}}{{- $found = "true" -}}{{- end -}}
{{- end -}}
{{- range regexFindAll "[A-Za-z0-9+/_=-]{32,}" $value -1 -}}
  {{- if include "taskflow.looksRandom" . -}}{{- $found = "true" -}}{{- end -}}
{{- end -}}
{{- /* Hexadecimal, but for what is published: a commit (40 digits), a digest, a checksum. */ -}}
{{- $public := regexMatch "(?i)(digest|checksum|hash|sha|commit|revision|tag)[^/]*$" .key -}}
{{- range regexFindAll "(^|[^A-Za-z0-9])[0-9A-Fa-f]{32,}" (regexReplaceAll "sha256:[0-9a-f]{64}" $value "") -1 -}}
  {{- $digits := regexFind "[0-9A-Fa-f]{32,}" . -}}
  {{- if not (or $public (eq (len $digits) 40)) -}}{{- $found = "true" -}}{{- end -}}
{{- end -}}
{{- $found -}}
{{- end -}}
{{- end -}}

{{/*
Whether a word looks drawn by lot: "true" or nothing. It then has capitals, small
letters and digits, and two of its characters are the same about once in 64 pairs;
in words of a language, once in 15 or 20.
*/}}
{{- define "taskflow.looksRandom" -}}
{{- if and (regexMatch "[A-Z]" .) (regexMatch "[a-z]" .) (regexMatch "[0-9]" .) -}}
  {{- $counts := dict -}}
  {{- range splitList "" . -}}
    {{- $_ := set $counts . (add 1 (get $counts . | default 0)) -}}
  {{- end -}}
  {{- $same := 0 -}}
  {{- range $counts -}}
    {{- $same = add $same (mul . (sub . 1)) -}}
  {{- end -}}
  {{- if le (mul $same 1000) (mul 35 (len .) (sub (len .) 1)) -}}
true
  {{- end -}}
{{- end -}}
{{- end -}}
