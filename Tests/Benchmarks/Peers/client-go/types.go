package main

import (
	"encoding/json"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var groupVersion = schema.GroupVersion{Group: "satis.dev", Version: "v1alpha1"}

// The two resources with the fields that the project's own models have.

type SatisRepository struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              RepositorySpec   `json:"spec"`
	Status            RepositoryStatus `json:"status,omitempty"`
}

type RepositorySpec struct {
	Config           ConfigSource     `json:"config"`
	Output           Output           `json:"output"`
	Cache            *Cache           `json:"cache,omitempty"`
	Credentials      *Credentials     `json:"credentials,omitempty"`
	Image            string           `json:"image,omitempty"`
	ImagePullSecrets []LocalReference `json:"imagePullSecrets,omitempty"`
	Build            *BuildSettings   `json:"build,omitempty"`
	Schedule         *Schedule        `json:"schedule,omitempty"`
	Webhook          *Webhook         `json:"webhook,omitempty"`
	History          *History         `json:"history,omitempty"`
	Notifications    []Notification   `json:"notifications,omitempty"`
	State            string           `json:"state,omitempty"`
}

type KeyReference struct {
	Name string `json:"name"`
	Key  string `json:"key"`
}

type LocalReference struct {
	Name string `json:"name"`
}

type ConfigSource struct {
	Inline          string        `json:"inline,omitempty"`
	ConfigMapKeyRef *KeyReference `json:"configMapKeyRef,omitempty"`
	SecretKeyRef    *KeyReference `json:"secretKeyRef,omitempty"`
}

type Output struct {
	ClaimName string `json:"claimName"`
	Path      string `json:"path,omitempty"`
}

type Cache struct {
	ClaimName string `json:"claimName"`
}

type KeySource struct {
	ConfigMapKeyRef *KeyReference `json:"configMapKeyRef,omitempty"`
	SecretKeyRef    *KeyReference `json:"secretKeyRef,omitempty"`
}

type Credentials struct {
	ComposerAuth *KeySource `json:"composerAuth,omitempty"`
	SSHKey       *KeySource `json:"sshKey,omitempty"`
	KnownHosts   *KeySource `json:"knownHosts,omitempty"`
	CABundle     *KeySource `json:"caBundle,omitempty"`
}

type BuildSettings struct {
	ActiveDeadlineSeconds *int64                `json:"activeDeadlineSeconds,omitempty"`
	StartDeadlineSeconds  *int64                `json:"startDeadlineSeconds,omitempty"`
	RetryLimit            *int64                `json:"retryLimit,omitempty"`
	BackoffSeconds        *int64                `json:"backoffSeconds,omitempty"`
	MaxBackoffSeconds     *int64                `json:"maxBackoffSeconds,omitempty"`
	BatchLimit            *int64                `json:"batchLimit,omitempty"`
	Options               []string              `json:"options,omitempty"`
	Env                   []EnvironmentVariable `json:"env,omitempty"`
}

type EnvironmentVariable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type Schedule struct {
	Full     string `json:"full,omitempty"`
	Purge    string `json:"purge,omitempty"`
	TimeZone string `json:"timeZone,omitempty"`
}

type Webhook struct {
	SecretRefs []KeyReference `json:"secretRefs,omitempty"`
}

type History struct {
	SucceededLimit *int64 `json:"succeededLimit,omitempty"`
	FailedLimit    *int64 `json:"failedLimit,omitempty"`
	TTLSeconds     *int64 `json:"ttlSeconds,omitempty"`
	Releases       *int64 `json:"releases,omitempty"`
	GraceSeconds   *int64 `json:"graceSeconds,omitempty"`
}

type Notification struct {
	Type             string        `json:"type"`
	URLSecretRef     KeyReference  `json:"urlSecretRef"`
	SigningSecretRef *KeyReference `json:"signingSecretRef,omitempty"`
	On               []string      `json:"on,omitempty"`
}

type RepositoryStatus struct {
	ObservedGeneration    int64              `json:"observedGeneration,omitempty"`
	Conditions            []metav1.Condition `json:"conditions,omitempty"`
	JobSequence           int64              `json:"jobSequence,omitempty"`
	ActiveJob             *ActiveJob         `json:"activeJob,omitempty"`
	QueuedBuilds          int64              `json:"queuedBuilds,omitempty"`
	ConfigHash            string             `json:"configHash,omitempty"`
	Release               string             `json:"release,omitempty"`
	LastSucceededTime     *metav1.Time       `json:"lastSucceededTime,omitempty"`
	LastScheduledFullTime *metav1.Time       `json:"lastScheduledFullTime,omitempty"`
	LastScheduledPurge    *metav1.Time       `json:"lastScheduledPurgeTime,omitempty"`
	NextFullBuildTime     *metav1.Time       `json:"nextFullBuildTime,omitempty"`
	NextPurgeTime         *metav1.Time       `json:"nextPurgeTime,omitempty"`
}

type ActiveJob struct {
	Name       string      `json:"name"`
	StartTime  metav1.Time `json:"startTime"`
	ConfigHash string      `json:"configHash"`
	Operation  string      `json:"operation"`
	Full       bool        `json:"full"`
	Release    string      `json:"release,omitempty"`
	Builds     []ClaimItem `json:"builds"`
}

type ClaimItem struct {
	Name       string        `json:"name"`
	UID        string        `json:"uid"`
	Sources    []ClaimSource `json:"sources"`
	Supersedes []string      `json:"supersedes,omitempty"`
}

type ClaimSource struct {
	URL     string   `json:"url"`
	Package string   `json:"package,omitempty"`
	Commits []string `json:"commits,omitempty"`
}

type SatisBuild struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              BuildSpec   `json:"spec"`
	Status            BuildStatus `json:"status,omitempty"`
}

type BuildSpec struct {
	RepositoryRef LocalReference `json:"repositoryRef"`
	Operation     string         `json:"operation,omitempty"`
	Source        *BuildSource   `json:"source,omitempty"`
	Release       string         `json:"release,omitempty"`
	Trigger       *Trigger       `json:"trigger,omitempty"`
	State         string         `json:"state,omitempty"`
}

type BuildSource struct {
	URL     string `json:"url,omitempty"`
	Package string `json:"package,omitempty"`
	Prune   *bool  `json:"prune,omitempty"`
}

type Trigger struct {
	Type       string `json:"type,omitempty"`
	Provider   string `json:"provider,omitempty"`
	DeliveryID string `json:"deliveryID,omitempty"`
	Ref        string `json:"ref,omitempty"`
	Commit     string `json:"commit,omitempty"`
	Actor      string `json:"actor,omitempty"`
}

type BuildStatus struct {
	ObservedGeneration int64              `json:"observedGeneration,omitempty"`
	Conditions         []metav1.Condition `json:"conditions,omitempty"`
	SpecHash           string             `json:"specHash,omitempty"`
	QueuedTime         *metav1.Time       `json:"queuedTime,omitempty"`
	StartTime          *metav1.Time       `json:"startTime,omitempty"`
	CompletionTime     *metav1.Time       `json:"completionTime,omitempty"`
	JobName            string             `json:"jobName,omitempty"`
	PodName            string             `json:"podName,omitempty"`
	Attempts           []Attempt          `json:"attempts,omitempty"`
	NextAttemptTime    *metav1.Time       `json:"nextAttemptTime,omitempty"`
	SupersededBy       string             `json:"supersededBy,omitempty"`
	NotifiedTime       *metav1.Time       `json:"notifiedTime,omitempty"`
	Release            string             `json:"release,omitempty"`
	LogTail            string             `json:"logTail,omitempty"`
}

type Attempt struct {
	Number         int64        `json:"number"`
	JobName        string       `json:"jobName"`
	PodName        string       `json:"podName,omitempty"`
	StartTime      metav1.Time  `json:"startTime"`
	CompletionTime *metav1.Time `json:"completionTime,omitempty"`
	ExitCode       *int64       `json:"exitCode,omitempty"`
	Reason         string       `json:"reason,omitempty"`
	Message        string       `json:"message,omitempty"`
}

type SatisRepositoryList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []SatisRepository `json:"items"`
}

type SatisBuildList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []SatisBuild `json:"items"`
}

// Copying is asked for by the interface and never done while anything is measured: the controller writes patches and
// changes no object of a cache.
func copied[T any](value *T) *T {
	text, err := json.Marshal(value)
	result := new(T)
	if err == nil {
		err = json.Unmarshal(text, result)
	}
	if err != nil {
		panic(err)
	}
	return result
}

func (r *SatisRepository) DeepCopyObject() runtime.Object     { return copied(r) }
func (l *SatisRepositoryList) DeepCopyObject() runtime.Object { return copied(l) }
func (b *SatisBuild) DeepCopyObject() runtime.Object          { return copied(b) }
func (l *SatisBuildList) DeepCopyObject() runtime.Object      { return copied(l) }

func addTypes(scheme *runtime.Scheme) {
	scheme.AddKnownTypes(
		groupVersion, &SatisRepository{}, &SatisRepositoryList{}, &SatisBuild{}, &SatisBuildList{})
	metav1.AddToGroupVersion(scheme, groupVersion)
}
