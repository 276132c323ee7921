{{/*
What the schema cannot say: it sees one value at a time. Every render comes by
here, as both Secrets call it whether or not they are made.
*/}}
{{- define "taskflow.checkValues" -}}
{{- include "taskflow.guard" . -}}
{{- range $component := list "backend" "frontend" -}}
  {{- include "taskflow.checkComponent" (dict "root" $ "component" $component) -}}
{{- end -}}
{{- include "taskflow.checkSecrets" . -}}
{{- end -}}

{{- define "taskflow.checkComponent" -}}
{{- $values := index .root.Values .component -}}
{{- if eq $values.image.tag "latest" -}}
  {{- fail (printf "%s.image.tag is latest: name the version to run, such as %s" .component .root.Chart.AppVersion) -}}
{{- end -}}
{{- if gt (int $values.autoscaling.minReplicas) (int $values.autoscaling.maxReplicas) -}}
  {{- fail (printf "%s.autoscaling.minReplicas is more than its maxReplicas" .component) -}}
{{- end -}}
{{- end -}}

{{/*
Stops the rendering when a Secret would be incomplete. Both Secrets are checked
at once, so that one message names everything that is missing. No message shows
a secret, which is also why the schema has no pattern for them.
*/}}
{{- define "taskflow.checkSecrets" -}}
{{- $alternatives := list -}}
{{- $missing := list -}}
{{- if not .Values.backend.secrets.existingSecret -}}
  {{- $alternatives = append $alternatives "backend.secrets.existingSecret" -}}
  {{- $url := .Values.backend.secrets.databaseUrl | trim -}}
  {{- if not $url -}}
    {{- $missing = append $missing "backend.secrets.databaseUrl" -}}
  {{- else if not (regexMatch "^postgres(ql)?([+]asyncpg)?://[^/]+/[^/]" $url) -}}
    {{- fail "backend.secrets.databaseUrl is not a PostgreSQL URL: give postgresql://USER:PASSWORD@HOST:PORT/DATABASE" -}}
  {{- end -}}
{{- end -}}
{{- if not .Values.frontend.secrets.existingSecret -}}
  {{- $alternatives = append $alternatives "frontend.secrets.existingSecret" -}}
{{- end -}}
{{- if $alternatives -}}
  {{- $secret := .Values.auth.betterAuthSecret | trim -}}
  {{- if not $secret -}}
    {{- $missing = append $missing "auth.betterAuthSecret" -}}
  {{- else if lt (len $secret) 32 -}}
    {{- fail "auth.betterAuthSecret is too short: give at least 32 characters" -}}
  {{- end -}}
{{- end -}}
{{- $previous := .Values.auth.previousSecret | trim -}}
{{- if and $previous (lt (len $previous) 32) -}}
  {{- fail "auth.previousSecret is too short: give the secret of before, or nothing" -}}
{{- end -}}
{{- with $missing -}}
  {{- fail (printf "secrets are missing: give %s, or set %s to Secrets that exist (the chart's README.md shows how)" (join " and " .) (join " and " $alternatives)) -}}
{{- end -}}
{{- end -}}
