<?php

declare(strict_types=1);

namespace SatisOperator;

/**
 * Composer's cache of one repository. A git that was killed leaves lock files in it, after which Satis builds from stale
 * data for ever, with exit code 0. Whoever holds the lock on the output knows that no git of this cache is alive.
 */
final class ComposerCache
{
    /** Where git keeps locks, beside refs: everywhere but in the hundreds of directories of loose objects. */
    private const LOCKS = ['*.lock', 'gc.pid', 'objects/*.lock', 'objects/info/*.lock', 'objects/info/*/*.lock', 'objects/pack/*.lock'];

    private string $directory;

    public function __construct(string $directory)
    {
        $this->directory = $directory;
    }

    public function repair(): void
    {
        if (!is_writable($this->directory)) {
            throw Failure::notWritable("The cache {$this->directory}");
        }
        foreach (glob("{$this->directory}/vcs/*", GLOB_ONLYDIR) as $mirror) {
            array_map([Tree::class, 'remove'], $this->locks($mirror));
            if (!is_file("$mirror/packed-refs") && Tree::files("$mirror/refs")->current() === null) {
                // The first clone was cut short; git takes what is left for a repository without branches.
                Tree::remove($mirror);
            }
        }
    }

    /** @return list<string> */
    private function locks(string $mirror): array
    {
        $locks = array_merge(...array_map(static fn (string $pattern): array => glob("$mirror/$pattern"), self::LOCKS));
        foreach (Tree::files("$mirror/refs") as $file) {
            if (substr($file->getFilename(), -5) === '.lock') {
                $locks[] = $file->getPathname();
            }
        }

        return $locks;
    }
}
