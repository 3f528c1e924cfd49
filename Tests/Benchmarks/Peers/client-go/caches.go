package main

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
)

// Jobs and pods that belong to builds, as the project selects them.
const buildSelector = "app.kubernetes.io/managed-by=satis-operator,app.kubernetes.io/component=build"

// The name of the index of builds by their repository.
const byRepository = "repository"

// Caches are the shared informers.
type Caches struct {
	repositories, builds, jobs, pods, configMaps cache.SharedIndexInformer
}

func newCaches(
	client kubernetes.Interface, resources rest.Interface, identities metadatainformer.SharedInformerFactory,
	namespace string,
) *Caches {
	typed := informers.NewSharedInformerFactoryWithOptions(
		client, 0, informers.WithNamespace(namespace),
		informers.WithTweakListOptions(func(options *metav1.ListOptions) { options.LabelSelector = buildSelector }))
	return &Caches{
		repositories: cache.NewSharedIndexInformer(
			cache.NewListWatchFromClient(resources, "satisrepositories", namespace, fields.Everything()),
			&SatisRepository{}, 0, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc}),
		builds: cache.NewSharedIndexInformer(
			cache.NewListWatchFromClient(resources, "satisbuilds", namespace, fields.Everything()),
			&SatisBuild{}, 0, cache.Indexers{byRepository: repositoryOfBuild}),
		jobs: typed.Batch().V1().Jobs().Informer(),
		pods: typed.Core().V1().Pods().Informer(),
		// Metadata alone: a satis.json may be in a ConfigMap, and its content is read when it is needed.
		configMaps: identities.ForResource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}).Informer(),
	}
}

func (c *Caches) all() []cache.SharedIndexInformer {
	return []cache.SharedIndexInformer{c.repositories, c.builds, c.jobs, c.pods, c.configMaps}
}

func repositoryOfBuild(object interface{}) ([]string, error) {
	build := object.(*SatisBuild)
	return []string{build.Namespace + "/" + build.Spec.RepositoryRef.Name}, nil
}

// The key of the repository that an object belongs to; empty where there is none.
func repositoryKey(object interface{}) string {
	if gone, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = gone.Obj
	}
	switch value := object.(type) {
	case *SatisRepository:
		return value.Namespace + "/" + value.Name
	case *SatisBuild:
		return value.Namespace + "/" + value.Spec.RepositoryRef.Name
	case metav1.Object:
		for _, owner := range value.GetOwnerReferences() {
			if owner.Kind == "SatisRepository" {
				return value.GetNamespace() + "/" + owner.Name
			}
		}
		if name := value.GetLabels()[repositoryLabel]; name != "" {
			return value.GetNamespace() + "/" + name
		}
	}
	return ""
}

// Retries as in the project: 5 ms doubled up to 1,000 s, and no limit on the whole.
func newQueue() workqueue.RateLimitingInterface {
	return workqueue.NewRateLimitingQueue(
		workqueue.NewItemExponentialFailureRateLimiter(5*time.Millisecond, 1000*time.Second))
}
