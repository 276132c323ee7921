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

{{/*
Labels that every tool knows. Pods that serve nothing (tests, migrations) carry
these only, so that no Service, Deployment or budget takes them for its own.
*/}}
{{- define "taskflow.standardLabels" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Labels of pods: nothing that changes with a version, or each would replace them. */}}
{{- define "taskflow.podLabels" -}}
{{- if has .component (list "backend" "frontend") -}}
app: taskflow
component: {{ .component }}
{{ end -}}
{{ include "taskflow.standardLabels" . }}
{{- end -}}

{{/* Labels of every object. */}}
{{- define "taskflow.labels" -}}
{{ include "taskflow.podLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/*
The image of a component; a digest wins over a tag. The node keeps what it once
knew by a tag, so a tag that moves would leave old code running.
*/}}
{{- define "taskflow.image" -}}
{{- $image := (index .root.Values .component).image -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ $image.tag | default .root.Chart.AppVersion }}
{{- end -}}
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
{{- with $values.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Settings and secrets of a component, as environment variables. */}}
{{- define "taskflow.envFrom" -}}
- configMapRef:
    name: {{ include "taskflow.fullname" .root }}-{{ .component }}-config
- secretRef:
    name: {{ include "taskflow.secretName" . | quote }}
{{- end -}}

{{/*
A secret from the values. A file given with --set-file ends with a line break
that is no part of the secret.
*/}}
{{- define "taskflow.secretValue" -}}
{{- . | trim | quote -}}
{{- end -}}

{{/*
A script of files/, as a block of YAML text. Call with root, file and indent.
Empty lines stay empty, where nindent alone would fill them with spaces.
*/}}
{{- define "taskflow.script" -}}
{{- $text := .root.Files.Get (printf "files/%s" .file) | trim | nindent (int .indent) -}}
{{- regexReplaceAll "(?m)^ +$" $text "" -}}
{{- end -}}
