{{/*
The beginning of every name: the release's name where it begins with "taskflow",
else "<release>-taskflow", so that no two releases get the same. Longer ones are
cut, with a digest that keeps them apart, so that the longest name made from it
stays a valid DNS label of at most 63 characters.
*/}}
{{- define "taskflow.fullname" -}}
{{- $name := .Release.Name -}}
{{- if not (hasPrefix .Chart.Name $name) -}}
  {{- $name = printf "%s-%s" $name .Chart.Name -}}
{{- end -}}
{{- if gt (len $name) 46 -}}
  {{- $name = printf "%s-%s" ($name | trunc 37 | trimSuffix "-") ($name | sha256sum | trunc 8) -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{/*
What pods are selected by. A selector cannot be changed later, so nothing that
changes stands here; the instance keeps the pods of two releases apart.
Call with (dict "root" $ "component" "backend").
*/}}
{{- define "taskflow.selectorLabels" -}}
app: taskflow
component: {{ .component }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
{{- end -}}

{{/* Labels of pods: those of the selector and what else never changes. */}}
{{- define "taskflow.podLabels" -}}
{{ include "taskflow.selectorLabels" . }}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
{{- end -}}

{{/* Labels of every object. */}}
{{- define "taskflow.labels" -}}
{{ include "taskflow.podLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/*
The image of a component. The node keeps what it once knew by a tag, so a tag
that moves would leave old code running.
*/}}
{{- define "taskflow.image" -}}
{{- $image := (index .root.Values .component).image -}}
{{- if eq $image.tag "latest" -}}
{{- fail (printf "%s.image.tag is latest: name the version to run, such as %s" .component .root.Chart.AppVersion) -}}
{{- end -}}
{{ $image.repository }}:{{ $image.tag | default .root.Chart.AppVersion }}
{{- end -}}

{{/* The Secret of a component: the one that exists already, or the chart's own. */}}
{{- define "taskflow.secretName" -}}
{{- $own := printf "%s-%s-secrets" (include "taskflow.fullname" .root) .component -}}
{{- (index .root.Values .component).secrets.existingSecret | default $own -}}
{{- end -}}

{{/* What makes pods follow their configuration: a change of it is a change of the pod. */}}
{{- define "taskflow.podAnnotations" -}}
{{- $values := index .root.Values .component -}}
{{- $folder := .root.Template.BasePath -}}
{{- $config := include (printf "%s/%s-configmap.yaml" $folder .component) .root | fromYaml -}}
checksum/config: {{ $config.data | toJson | sha256sum }}
{{- if not $values.secrets.existingSecret }}
{{- $secret := include (printf "%s/%s-secrets.yaml" $folder .component) .root | fromYaml }}
checksum/secrets: {{ $secret.stringData | toJson | sha256sum }}
{{- end }}
{{- with $values.rolloutRevision }}
rollout/revision: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* Settings and secrets of a component, as environment variables. */}}
{{- define "taskflow.envFrom" -}}
- configMapRef:
    name: {{ include "taskflow.fullname" .root }}-{{ .component }}-config
- secretRef:
    name: {{ include "taskflow.secretName" . | quote }}
{{- end -}}

{{/* The user that the images run as; by number, since no base image need know it. */}}
{{- define "taskflow.identity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* Pod security standard "restricted", and a root file system that cannot be written. */}}
{{- define "taskflow.containerSecurity" -}}
{{ include "taskflow.identity" . }}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
{{- end -}}

{{/* Time to leave: Kubernetes kills a pod that is still there when it is over. */}}
{{- define "taskflow.gracePeriod" -}}
{{- add .shutdown.preStopSeconds .shutdown.drainSeconds 5 -}}
{{- end -}}

{{/*
A secret from the values. A file given with --set-file ends with a line break
that is no part of the secret.
*/}}
{{- define "taskflow.secretValue" -}}
{{- . | trim | quote -}}
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
{{- with $missing -}}
  {{- fail (printf "secrets are missing: give %s, or set %s to Secrets that exist (the chart's README.md shows how)" (join " and " .) (join " and " $alternatives)) -}}
{{- end -}}
{{- end -}}
