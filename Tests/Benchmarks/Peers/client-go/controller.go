package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
)

// How long a claim is left alone before what is missing of it is taken for lost.
const patience = 10 * time.Second

type controller struct {
	client    kubernetes.Interface
	resources rest.Interface
	caches    *Caches
	events    events.EventRecorder
	queue     workqueue.RateLimitingInterface
	files     map[string]string
	image     string
	namespace string
}

func (c *controller) run(ctx context.Context, workers int) error {
	add := func(object interface{}) {
		if key := repositoryKey(object); key != "" {
			c.queue.Add(key)
		}
	}
	var synced []cache.InformerSynced
	for _, informer := range c.caches.all() {
		if informer != c.caches.configMaps {
			informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
				AddFunc: add, UpdateFunc: func(_, object interface{}) { add(object) }, DeleteFunc: add,
			})
		}
		synced = append(synced, informer.HasSynced)
		go informer.Run(ctx.Done())
	}
	if !cache.WaitForCacheSync(ctx.Done(), synced...) {
		return ctx.Err()
	}
	var group sync.WaitGroup
	for i := 0; i < workers; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for c.next(ctx) {
			}
		}()
	}
	<-ctx.Done()
	c.queue.ShutDown()
	group.Wait()
	return nil
}

func (c *controller) next(ctx context.Context) bool {
	key, shutdown := c.queue.Get()
	if shutdown {
		return false
	}
	defer c.queue.Done(key)
	if err := c.reconcile(ctx, key.(string)); err != nil {
		if !errors.IsConflict(err) {
			klog.Warningf("%s is tried again: %v", key, err)
		}
		c.queue.AddRateLimited(key)
		return true
	}
	c.queue.Forget(key)
	return true
}

// reconcile starts the next builds of a repository that has no claim, and repairs a claim whose steps were interrupted.
func (c *controller) reconcile(ctx context.Context, key string) error {
	object, exists, err := c.caches.repositories.GetStore().GetByKey(key)
	if err != nil || !exists {
		return err
	}
	repository := object.(*SatisRepository)
	open, err := c.openBuilds(key)
	if err != nil || len(open) == 0 || repository.Spec.State == "Suspended" {
		return err
	}
	if claim := repository.Status.ActiveJob; claim != nil {
		return c.follow(ctx, repository, claim, open)
	}
	return c.start(ctx, repository, open)
}

// openBuilds are those that have not ended, the oldest first.
func (c *controller) openBuilds(key string) ([]*SatisBuild, error) {
	objects, err := c.caches.builds.GetIndexer().ByIndex(byRepository, key)
	if err != nil {
		return nil, err
	}
	var open []*SatisBuild
	for _, object := range objects {
		build := object.(*SatisBuild)
		if condition := succeeded(build); condition == nil || condition.Status == metav1.ConditionUnknown {
			open = append(open, build)
		}
	}
	sort.Slice(open, func(i, j int) bool {
		left, right := open[i], open[j]
		if left.CreationTimestamp.Equal(&right.CreationTimestamp) {
			return left.Name < right.Name
		}
		return left.CreationTimestamp.Before(&right.CreationTimestamp)
	})
	return open, nil
}

func (c *controller) start(ctx context.Context, repository *SatisRepository, builds []*SatisBuild) error {
	configHash := hexadecimal(repository.Spec.Config.Inline, 64)
	claim := newClaim(repository, builds, configHash)
	_, err := c.client.CoreV1().ConfigMaps(c.namespace).Create(
		ctx, snapshot(repository, configHash, c.files), metav1.CreateOptions{})
	if err != nil && !errors.IsAlreadyExists(err) {
		return err
	}
	var claimed SatisRepository
	err = c.patchStatus(ctx, "satisrepositories", repository.ObjectMeta, &claimed, map[string]interface{}{
		"observedGeneration": repository.Generation,
		"jobSequence":        repository.Status.JobSequence + 1,
		"activeJob":          claim,
	})
	if err != nil {
		return err
	}
	return c.create(ctx, repository, claim, builds)
}

func (c *controller) follow(
	ctx context.Context, repository *SatisRepository, claim *ActiveJob, builds []*SatisBuild,
) error {
	claimed := map[string]bool{}
	for _, item := range claim.Builds {
		claimed[item.UID] = true
	}
	var waiting []*SatisBuild
	for _, build := range builds {
		if condition := succeeded(build); claimed[string(build.UID)] && (condition == nil || condition.Reason != "Running") {
			waiting = append(waiting, build)
		}
	}
	_, exists, err := c.caches.jobs.GetStore().GetByKey(repository.Namespace + "/" + claim.Name)
	if err != nil || (exists && len(waiting) == 0) {
		return err
	}
	// What was written a moment ago may not be in the caches yet.
	if time.Since(claim.StartTime.Time) < patience {
		c.queue.AddAfter(repository.Namespace+"/"+repository.Name, patience)
		return nil
	}
	return c.create(ctx, repository, claim, waiting)
}

// create makes a claim's Job and says so in its builds.
func (c *controller) create(
	ctx context.Context, repository *SatisRepository, claim *ActiveJob, builds []*SatisBuild,
) error {
	_, err := c.client.BatchV1().Jobs(c.namespace).Create(
		ctx, job(repository, claim, c.image), metav1.CreateOptions{})
	if err == nil {
		c.events.Eventf(
			repository, nil, corev1.EventTypeNormal, "JobCreated", "CreateJob", "Job %s works for %s", claim.Name, builds[0].Name)
	} else if !errors.IsAlreadyExists(err) {
		return err
	}
	for _, build := range builds {
		message := fmt.Sprintf("Job %s: waiting for its pod", claim.Name)
		var written SatisBuild
		err := c.patchStatus(ctx, "satisbuilds", build.ObjectMeta, &written, running(build, claim, message))
		if err != nil {
			return err
		}
		c.events.Eventf(build, nil, corev1.EventTypeNormal, "Running", "Build", "%s", message)
	}
	return nil
}

// patchStatus merges into a status, against the version that was decided on.
func (c *controller) patchStatus(
	ctx context.Context, resource string, object metav1.ObjectMeta, written runtime.Object,
	status map[string]interface{},
) error {
	body, err := json.Marshal(map[string]interface{}{
		"metadata": map[string]interface{}{"resourceVersion": object.ResourceVersion},
		"status":   status,
	})
	if err != nil {
		return err
	}
	return c.resources.Patch(types.MergePatchType).Namespace(object.Namespace).Resource(resource).
		Name(object.Name).SubResource("status").Body(body).Do(ctx).Into(written)
}

func succeeded(build *SatisBuild) *metav1.Condition {
	for i := range build.Status.Conditions {
		if build.Status.Conditions[i].Type == "Succeeded" {
			return &build.Status.Conditions[i]
		}
	}
	return nil
}

func now() metav1.Time { return metav1.NewTime(time.Now().UTC().Truncate(time.Second)) }
