{{/*
A pod of `helm test` that runs one of the scripts in files/ with the frontend's
image. Its logs stay until the next run. Call with root, name and env.
*/}}
{{- define "taskflow.testPod" -}}
{{- $labels := dict "root" .root "component" "test" -}}
{{- $frontend := .root.Values.frontend -}}
apiVersion: v1
kind: Pod
metadata:
  name: {{ include "taskflow.fullname" .root }}-test-{{ .name }}
  labels:
    {{- include "taskflow.labels" $labels | nindent 4 }}
  annotations:
    helm.sh/hook: test
    helm.sh/hook-delete-policy: before-hook-creation
spec:
  {{- include "taskflow.podBasics" (dict "root" .root "component" "frontend" "account" "test") | nindent 2 }}
  restartPolicy: Never
  activeDeadlineSeconds: 240
  containers:
    - name: {{ .name }}
      image: {{ include "taskflow.image" (dict "root" .root "component" "frontend") | quote }}
      imagePullPolicy: {{ $frontend.image.pullPolicy }}
      command:
        - node
        - --input-type=module
        - --eval
        - |
          {{- include "taskflow.script" (dict "root" .root "file" (printf "test-%s.mjs" .name) "indent" 10) }}
      env:
        - name: FRONTEND_URL
          value: "http://{{ include "taskflow.fullname" .root }}-frontend-service:{{ $frontend.service.port }}"
        - name: WAIT_SECONDS
          value: "60"
        {{- range $name, $value := .env }}
        - name: {{ $name }}
          {{- if gt ($value | toString | len) 80 }}
          # yamllint disable-line rule:line-length
          {{- end }}
          value: {{ $value | quote }}
        {{- end }}
      resources:
        {{- toYaml $frontend.resources | nindent 8 }}
      securityContext:
        {{- include "taskflow.containerSecurity" .root | nindent 8 }}
{{- end -}}
