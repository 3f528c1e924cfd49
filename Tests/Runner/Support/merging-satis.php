<?php

declare(strict_types=1);

// A Satis of which a test decides what fails and what it prints then, and that is done in no time. Each source is a package of
// the version that plan.json gives; it merges with what is there as Satis does, and like Satis it tears what it writes apart
// where it is stopped. See MergingSatis.php.

$arguments = array_slice($argv, 1);
$separator = array_search('--', $arguments, true);
[$configFile, $directory] = array_slice($arguments, $separator + 1, 2);
$names = array_slice($arguments, $separator + 3);
$urls = [];
foreach (array_slice($arguments, 0, $separator) as $argument) {
    if (strpos($argument, '--repository-url=') === 0) {
        $urls[] = substr($argument, strlen('--repository-url='));
    }
}
$root = dirname($configFile);
$plan = json_decode(file_get_contents("$root/plan.json"), true);
file_put_contents("$root/calls", json_encode($urls ?: $names ?: ['everything']) . "\n", FILE_APPEND);

$packages = [];
foreach ($urls === [] && $names === [] ? [] : glob("$directory/include/*.json") as $include) {
    $packages = json_decode(file_get_contents($include), true)['packages'];
}
$fail = static function (string $message) use ($directory): void {
    @mkdir("$directory/include", 0777, true);
    array_map('unlink', glob("$directory/include/*.json"));
    file_put_contents("$directory/packages.json", '{"torn": ');
    fwrite(STDERR, "\nIn Git.php line 471:\n\n  $message\n\nbuild [--minify] [--] [<file>]\n\n");
    exit(1);
};
foreach (json_decode(file_get_contents($configFile), true)['repositories'] as $repository) {
    $url = $repository['url'];
    $name = 'acme/' . basename($url, '.git');
    if (($urls !== [] && !in_array($url, $urls, true)) || ($names !== [] && !in_array($name, $names, true))) {
        continue;
    }
    if (isset($plan['errors'][$url]) && ($plan['failures'][$url] ?? PHP_INT_MAX) > 0) {
        if (isset($plan['failures'][$url])) {
            $plan['failures'][$url]--;
            file_put_contents("$root/plan.json", json_encode($plan));
        }
        $fail($plan['errors'][$url]);
    }
    if (isset($plan['outdated'][$url])) {
        fwrite(STDERR, "Failed to update {$plan['outdated'][$url]}, package information from this repository may be outdated\n");
        $packages[$name] = ['0.0.1' => ['name' => $name, 'version' => '0.0.1']];
        continue;
    }
    unset($packages[$name]);
    if (!in_array($url, $plan['empty'], true)) {
        $packages[$name] = [$plan['version'] => ['name' => $name, 'version' => $plan['version']]];
    }
}
if (isset($plan['errors']['everything']) && $urls === [] && $names === []) {
    $fail($plan['errors']['everything']);
}

$write = static function (string $path, array $content) use ($directory): void {
    @mkdir(dirname("$directory/$path"), 0777, true);
    file_put_contents("$directory/$path", json_encode($content));
};
ksort($packages);
foreach ($packages as $name => $versions) {
    $write("p2/$name.json", ['packages' => [$name => array_values($versions)]]);
    $write("p2/$name~dev.json", ['packages' => [$name => []]]);
}
array_map('unlink', glob("$directory/include/*.json"));
$sum = sha1(json_encode(['packages' => $packages]));
$write("include/all\$$sum.json", ['packages' => $packages]);
$write('packages.json', [
    'packages' => [], 'includes' => ["include/all\$$sum.json" => ['sha1' => $sum]],
    'metadata-url' => '/composer/p2/%package%.json', 'available-packages' => array_keys($packages),
]);
