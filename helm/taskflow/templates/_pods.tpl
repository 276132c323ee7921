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

{{/*
What all pods have: an account without a token, the restricted standard, and
where they may run. None has a volume: what mounts one makes each start wait a
third of a second, and /dev/shm is there for temporary files. "component" says whose values count, "account" whose account.
*/}}
{{- define "taskflow.podBasics" -}}
{{- $values := index .root.Values .component -}}
serviceAccountName: {{ include "taskflow.fullname" .root }}-{{ .account | default .component }}
automountServiceAccountToken: false
# Service links would add TASKFLOW_* variables to the environment.
enableServiceLinks: false
securityContext:
  {{- include "taskflow.identity" . | nindent 2 }}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Pods of a component keep apart where they can; one node takes them all the same. */}}
{{- define "taskflow.apart" -}}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- include "taskflow.selectorLabels" . | nindent 14 }}
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "taskflow.selectorLabels" $ | nindent 8 }}
  {{- end }}
{{- end -}}

{{/* Replaces pods one by one; a new one is ready before an old one leaves. */}}
{{- define "taskflow.strategy" -}}
type: RollingUpdate
rollingUpdate:
  maxUnavailable: 0
  maxSurge: 1
{{- end -}}

{{/* Whether pods of a component may leave one after the other: "true" or nothing. */}}
{{- define "taskflow.hasSeveralPods" -}}
{{- $values := index .root.Values .component -}}
{{- if or $values.autoscaling.enabled (gt (int $values.replicaCount) 1) -}}
true
{{- end -}}
{{- end -}}

{{/*
Time to leave, in seconds: to serve on, to end what runs, and some more, as
Kubernetes kills a pod that is still there when it is over.
*/}}
{{- define "taskflow.gracePeriod" -}}
{{- add .shutdown.preStopSeconds .shutdown.drainSeconds 5 -}}
{{- end -}}

{{/* Environment of a migration: as the backend's, since it is the same program. */}}
{{- define "taskflow.migrationContainer" -}}
{{- $component := dict "root" . "component" "backend" -}}
image: {{ include "taskflow.image" $component | quote }}
imagePullPolicy: {{ .Values.backend.image.pullPolicy }}
workingDir: /app
envFrom:
  {{- include "taskflow.envFrom" $component | nindent 2 }}
resources:
  {{- toYaml .Values.backend.migrations.resources | nindent 2 }}
securityContext:
  {{- include "taskflow.containerSecurity" . | nindent 2 }}
{{- end -}}
