<?php

declare(strict_types=1);

namespace SatisOperator;

/**
 * Composer's cache of one repository. A git that was killed leaves lock files in it, after which Satis builds from stale
 * data for ever, with exit code 0. Whoever holds the lock on the output knows that no git of this cache is alive.
 */
final class ComposerCache
{
    private string $directory;

    public function __construct(string $directory)
    {
        $this->directory = $directory;
    }

    public function repair(): void
    {
        foreach (glob("{$this->directory}/vcs/*", GLOB_ONLYDIR) as $mirror) {
            foreach (Tree::files($mirror) as $file) {
                if (substr($file->getFilename(), -5) === '.lock' || $file->getFilename() === 'gc.pid') {
                    Tree::remove($file->getPathname());
                }
            }
            if (!is_file("$mirror/packed-refs") && Tree::files("$mirror/refs")->current() === null) {
                // The first clone was cut short; git takes what is left for a repository without branches.
                Tree::remove($mirror);
            }
        }
    }
}
