{{/*
The beginning of every name: "taskflow" for a release of that name, else
"<release>-taskflow", so that two releases can share a namespace. Cut so that
the longest name made from it stays a valid DNS label of at most 63 characters.
*/}}
{{- define "taskflow.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 46 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 46 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/*
What pods are selected by. A selector cannot be changed later, so nothing that
changes stands here; the instance keeps the pods of two releases apart.
Call with (dict "root" $ "component" "backend").
*/}}
{{- define "taskflow.selectorLabels" -}}
app: taskflow
component: {{ .component }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
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
    name: {{ include "taskflow.secretName" . }}
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
{{- add .shutdown.preStopSeconds .shutdown.drainSeconds -}}
{{- end -}}

{{/*
Stops the rendering when a Secret would be incomplete. Both Secrets are checked
at once, so that one message names everything that is missing.
*/}}
{{- define "taskflow.checkSecrets" -}}
{{- $missing := list -}}
{{- $url := .Values.backend.secrets.databaseUrl -}}
{{- if not .Values.backend.secrets.existingSecret -}}
  {{- if not $url -}}
    {{- $missing = append $missing "backend.secrets.databaseUrl" -}}
  {{- else if not (regexMatch "^postgres(ql)?([+]asyncpg)?://" $url) -}}
    {{- fail "backend.secrets.databaseUrl is not a PostgreSQL URL: give postgresql://USER:PASSWORD@HOST:PORT/DATABASE" -}}
  {{- end -}}
{{- end -}}
{{- if not (and .Values.backend.secrets.existingSecret .Values.frontend.secrets.existingSecret) -}}
  {{- if not .Values.auth.betterAuthSecret -}}
    {{- $missing = append $missing "auth.betterAuthSecret" -}}
  {{- end -}}
{{- end -}}
{{- with $missing -}}
  {{- fail (printf "no secrets: set backend.secrets.existingSecret and frontend.secrets.existingSecret to Secrets that exist, or set %s (the chart's README.md shows how)" (join " and " .)) -}}
{{- end -}}
{{- end -}}
