<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

/** A Satis for tests of many sources: it merges as Satis does, takes no time, and fails as a test has planned. */
final class MergingSatis
{
    private Workspace $workspace;
    /** @var array<string, mixed> */
    private array $plan = ['version' => '1.0.0', 'errors' => [], 'failures' => [], 'outdated' => [], 'empty' => []];

    /** @param list<string> $names of packages, each a source */
    public function __construct(Workspace $workspace, array $names)
    {
        $this->workspace = $workspace;
        $entry = static fn (string $name): array => ['type' => 'vcs', 'url' => $workspace->git->url($name), 'name' => "acme/$name"];
        $workspace->configure([], ['repositories' => array_map($entry, $names), 'archive' => null]);
        $workspace->satis = $workspace->script('merging-satis', 'exec ' . PHP_BINARY . ' ' . __DIR__ . '/merging-satis.php "$@"');
        $this->save();
    }

    /** The version of everything that is built from now on. */
    public function version(string $version): void
    {
        $this->plan['version'] = $version;
        $this->save();
    }

    /** Has every call with this source fail with a message, or only so many of them. */
    public function fail(string $name, string $message, ?int $times = null): void
    {
        $this->plan['errors'][$this->workspace->git->url($name)] = $message;
        if ($times !== null) {
            $this->plan['failures'][$this->workspace->git->url($name)] = $times;
        }
        $this->save();
    }

    public function failEverything(string $message): void
    {
        $this->plan['errors']['everything'] = $message;
        $this->save();
    }

    /** Has Satis build an old version of a source from its cache, and end with 0. */
    public function outdate(string $name, ?string $url = null): void
    {
        $this->plan['outdated'][$this->workspace->git->url($name)] = $url ?? $this->workspace->git->url($name);
        $this->save();
    }

    /** Takes all versions of a source away. */
    public function clear(string $name): void
    {
        $this->plan['empty'][] = $this->workspace->git->url($name);
        $this->save();
    }

    /** @return list<list<string>> URLs, names or "everything", call by call since the last time */
    public function calls(): array
    {
        $file = "{$this->workspace->root}/calls";
        $calls = array_map(static fn (string $line): array => json_decode($line, true), @file($file) ?: []);
        @unlink($file);

        return $calls;
    }

    private function save(): void
    {
        $this->workspace->write('plan.json', $this->plan);
    }
}
