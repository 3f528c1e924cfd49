package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	managedByLabel  = "app.kubernetes.io/managed-by"
	componentLabel  = "app.kubernetes.io/component"
	repositoryLabel = "satis.dev/repository"
	outputLabel     = "satis.dev/output"
	orderAnnotation = "satis.dev/work-order"
)

func hexadecimal(text string, length int) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:length]
}

func owner(repository *SatisRepository) []metav1.OwnerReference {
	yes := true
	return []metav1.OwnerReference{{
		APIVersion: groupVersion.String(), Kind: "SatisRepository", Name: repository.Name, UID: repository.UID,
		Controller: &yes,
	}}
}

func snapshotName(repository *SatisRepository, configHash string) string {
	return repository.Name + "-" + hexadecimal(string(repository.UID)+configHash, 16)
}

func snapshot(repository *SatisRepository, configHash string, files map[string]string) *corev1.ConfigMap {
	yes := true
	data := make(map[string]string, len(files)+1)
	for name, content := range files {
		data[name] = content
	}
	data["satis.json"] = repository.Spec.Config.Inline
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{
			Name: snapshotName(repository, configHash), Namespace: repository.Namespace, OwnerReferences: owner(repository),
			Labels: map[string]string{
				managedByLabel: "satis-operator", componentLabel: "snapshot", repositoryLabel: repository.Name,
			},
		},
		Data: data, Immutable: &yes,
	}
}

func newClaim(repository *SatisRepository, builds []*SatisBuild, configHash string) *ActiveJob {
	claim := &ActiveJob{
		Name: fmt.Sprintf(
			"%s-%s-%d", repository.Name, hexadecimal(string(repository.UID), 8), repository.Status.JobSequence+1),
		StartTime: now(), ConfigHash: configHash, Operation: "Build",
	}
	for _, build := range builds {
		item := ClaimItem{Name: build.Name, UID: string(build.UID), Sources: []ClaimSource{}}
		if source := build.Spec.Source; source != nil {
			named := ClaimSource{URL: source.URL}
			if build.Spec.Trigger != nil {
				named.Commits = []string{build.Spec.Trigger.Commit}
			}
			item.Sources = append(item.Sources, named)
		}
		claim.Builds = append(claim.Builds, item)
	}
	return claim
}

// running is what a build's status becomes once its Job exists.
func running(build *SatisBuild, claim *ActiveJob, message string) map[string]interface{} {
	specification, _ := json.Marshal(build.Spec)
	time := now()
	return map[string]interface{}{
		"observedGeneration": build.Generation,
		"specHash":           hexadecimal(string(specification), 16),
		"queuedTime":         time,
		"startTime":          claim.StartTime,
		"jobName":            claim.Name,
		"attempts":           []Attempt{{Number: 1, JobName: claim.Name, StartTime: claim.StartTime}},
		"conditions": []metav1.Condition{{
			Type: "Succeeded", Status: metav1.ConditionUnknown, Reason: "Running", Message: message,
			ObservedGeneration: build.Generation, LastTransitionTime: time,
		}},
	}
}

func workOrder(claim *ActiveJob) string {
	sources := []ClaimSource{}
	for _, item := range claim.Builds {
		sources = append(sources, item.Sources...)
	}
	text, _ := json.Marshal(map[string]interface{}{
		"version": 1, "job": claim.Name, "operation": claim.Operation, "full": claim.Full, "sources": sources,
		"options": []string{}, "deadlineSeconds": 3600, "keepReleases": 3, "graceSeconds": 3600,
	})
	return string(text)
}

func job(repository *SatisRepository, claim *ActiveJob, image string) *batchv1.Job {
	labels := map[string]string{
		managedByLabel: "satis-operator", componentLabel: "build", repositoryLabel: repository.Name,
		outputLabel: hexadecimal(repository.Spec.Output.ClaimName+"/"+repository.Spec.Output.Path, 16),
	}
	var noRetries int32
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{
			Name: claim.Name, Namespace: repository.Namespace, Labels: labels, OwnerReferences: owner(repository),
		},
		Spec: batchv1.JobSpec{
			BackoffLimit: &noRetries,
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{
					Labels: labels, Annotations: map[string]string{orderAnnotation: workOrder(claim)},
				},
				Spec: podSpec(repository, claim, image),
			},
		},
	}
}

func podSpec(repository *SatisRepository, claim *ActiveJob, image string) corev1.PodSpec {
	yes, no := true, false
	user, grace, deadline := int64(1000), int64(60), int64(3600+600+60)
	onRootMismatch := corev1.FSGroupChangeOnRootMismatch
	return corev1.PodSpec{
		RestartPolicy: corev1.RestartPolicyNever, ActiveDeadlineSeconds: &deadline, TerminationGracePeriodSeconds: &grace,
		ServiceAccountName: "satis-build", AutomountServiceAccountToken: &no, EnableServiceLinks: &no,
		SecurityContext: &corev1.PodSecurityContext{
			RunAsNonRoot: &yes, RunAsUser: &user, RunAsGroup: &user, FSGroup: &user, FSGroupChangePolicy: &onRootMismatch,
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		},
		Containers: []corev1.Container{{
			Name: "satis", Image: image, Command: []string{"sh", "/satis-operator/snapshot/start.sh"},
			Env: []corev1.EnvVar{
				{Name: "HOME", Value: "/tmp"},
				{Name: "POD_NAME", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.name"}}},
			},
			TerminationMessagePolicy: corev1.TerminationMessageReadFile,
			Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
				corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("256Mi"),
			}},
			SecurityContext: &corev1.SecurityContext{
				AllowPrivilegeEscalation: &no, ReadOnlyRootFilesystem: &yes,
				Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
			},
			VolumeMounts: []corev1.VolumeMount{
				{Name: "snapshot", MountPath: "/satis-operator/snapshot", ReadOnly: true},
				{Name: "snapshot", MountPath: "/etc/passwd", SubPath: "passwd", ReadOnly: true},
				{Name: "order", MountPath: "/satis-operator/order", ReadOnly: true},
				{Name: "output", MountPath: "/output", SubPath: repository.Spec.Output.Path},
				{Name: "tmp", MountPath: "/tmp"},
				{Name: "cache", MountPath: "/cache"},
			},
		}},
		Volumes: volumes(repository, claim),
	}
}

func volumes(repository *SatisRepository, claim *ActiveJob) []corev1.Volume {
	named := func(name string, source corev1.VolumeSource) corev1.Volume {
		return corev1.Volume{Name: name, VolumeSource: source}
	}
	return []corev1.Volume{
		named("snapshot", corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: snapshotName(repository, claim.ConfigHash)},
		}}),
		named("order", corev1.VolumeSource{DownwardAPI: &corev1.DownwardAPIVolumeSource{
			Items: []corev1.DownwardAPIVolumeFile{{
				Path:     "order.json",
				FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.annotations['" + orderAnnotation + "']"},
			}},
		}}),
		named("output", corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{
			ClaimName: repository.Spec.Output.ClaimName,
		}}),
		named("tmp", corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}),
		named("cache", corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}),
	}
}
