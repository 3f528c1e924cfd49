// A controller as client-go's users write it, as a peer for the benchmarks: shared informers, a rate-limited work
// queue whose keys are repositories, and the writes of a build in the project's order. It has no other duty, so it is
// a lower bound of what a whole operator would cost with client-go.
package main

import (
	"context"
	"flag"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/kubernetes"
	clientscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/events"
	"k8s.io/klog/v2"
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "the cluster")
	namespace := flag.String("namespace", "", "the namespace to serve")
	runner := flag.String("runner", "", "the folder of the program that each snapshot carries")
	image := flag.String("default-image", "composer/satis:latest", "the image of Satis")
	workers := flag.Int("workers", 16, "repositories worked on at once")
	klog.InitFlags(nil)
	flag.Parse()
	defer klog.Flush()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx, *kubeconfig, *namespace, *runner, *image, *workers); err != nil {
		klog.Exit(err)
	}
}

func run(ctx context.Context, kubeconfig, namespace, runner, image string, workers int) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	// As the project: no limit on the client's side.
	config.QPS = -1
	config.UserAgent = "satis-peer-client-go"
	files, err := snapshotFiles(runner)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	scheme := runtime.NewScheme()
	addTypes(scheme)
	resources, err := resourceClient(config, scheme)
	if err != nil {
		return err
	}
	identities, err := metadata.NewForConfig(config)
	if err != nil {
		return err
	}
	broadcaster := events.NewBroadcaster(&events.EventSinkImpl{Interface: client.EventsV1()})
	broadcaster.StartRecordingToSink(ctx.Done())
	defer broadcaster.Shutdown()

	caches := newCaches(
		client, resources, metadatainformer.NewFilteredSharedInformerFactory(identities, 0, namespace, nil), namespace)
	controller := &controller{
		client: client, resources: resources, caches: caches, files: files, image: image, namespace: namespace,
		events: broadcaster.NewRecorder(recorderScheme(), "satis.dev/peer"),
		queue:  newQueue(),
	}
	return controller.run(ctx, workers)
}

// The typed client of the project's resources.
func resourceClient(config *rest.Config, scheme *runtime.Scheme) (rest.Interface, error) {
	own := rest.CopyConfig(config)
	own.GroupVersion = &groupVersion
	own.APIPath = "/apis"
	own.NegotiatedSerializer = serializer.NewCodecFactory(scheme).WithoutConversion()
	return rest.RESTClientFor(own)
}

func recorderScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	addTypes(scheme)
	if err := clientscheme.AddToScheme(scheme); err != nil {
		klog.Exit(err)
	}
	return scheme
}

// The files that a build reads beside satis.json.
func snapshotFiles(folder string) (map[string]string, error) {
	files := map[string]string{
		"passwd": "satis:x:1000:1000:Satis:/tmp:/sbin/nologin\n",
	}
	paths, err := filepath.Glob(filepath.Join(folder, "*.*"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files[filepath.Base(path)] = string(content)
	}
	return files, nil
}
