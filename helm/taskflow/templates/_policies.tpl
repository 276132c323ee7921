{{/*
Pods that a policy is for, by "components". One key stands in matchLabels and the
others in matchExpressions, which means the same: a checker takes a policy for a
pod's only when exactly one of the pod's labels is in matchLabels.
*/}}
{{- define "taskflow.policySelector" -}}
matchLabels:
  app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
matchExpressions:
  - key: app.kubernetes.io/name
    operator: In
    values:
      - {{ .root.Chart.Name }}
  {{- with .components }}
  - key: app.kubernetes.io/component
    operator: In
    values:
      {{- toYaml . | nindent 6 }}
  {{- end }}
{{- end -}}

{{/* The pods of one component, as whom a policy lets in or out. */}}
{{- define "taskflow.policyPeer" -}}
- podSelector:
    matchLabels:
      app.kubernetes.io/name: {{ .root.Chart.Name }}
      app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
      app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* Names are looked up wherever the cluster answers: in a pod, or on the node itself. */}}
{{- define "taskflow.dnsEgress" -}}
- ports:
    - protocol: UDP
      port: 53
    - protocol: TCP
      port: 53
{{- end -}}

{{/* The port of the collector of traces, from its address. */}}
{{- define "taskflow.otlpPort" -}}
{{- $address := urlParse . -}}
{{- regexFind "[0-9]+$" (regexFind ":[0-9]+$" $address.host) | default (eq $address.scheme "https" | ternary "443" "80") -}}
{{- end -}}
