<?php

declare(strict_types=1);

namespace SatisOperator;

/**
 * What a worker without releases has left directly in the output root: packages.json with all that belongs to it. It becomes
 * the first release, so that nothing has to be copied by hand and the first build finds the archives. The originals stay as
 * they are, for the web server that still reads them.
 */
final class PlainOutput
{
    private string $root;
    private Output $output;
    private Log $log;
    private Interruption $interruption;

    public function __construct(string $root, Output $output, Log $log, Interruption $interruption)
    {
        $this->root = $root;
        $this->output = $output;
        $this->log = $log;
        $this->interruption = $interruption;
    }

    /** Publishes what is there, once: the name of the release, null when there is nothing to take over. */
    public function takeOver(): ?string
    {
        if ($this->output->hasLink() || !is_file("{$this->root}/packages.json") || $this->wasTakenOver()) {
            return null;
        }
        if (!is_array(json_decode((string) @file_get_contents("{$this->root}/packages.json"), true))) {
            $this->log->say('the packages.json in the output root cannot be read: starting from nothing');
            return null;
        }
        $release = $this->output->writing(function (): string {
            $staging = $this->output->newDirectory();
            foreach ($this->entries() as $name) {
                $this->copy($name, "$staging/$name");
            }

            return $this->output->publish($staging, null);
        });
        $this->log->say("the output of an earlier worker is release $release now. When the web server serves the directory \"current\", "
            . 'these can be deleted from the output: ' . implode(', ', $this->entries()));

        return $release;
    }

    /** A release with a record was built; somebody who took the link away after that wants to start from nothing. */
    private function wasTakenOver(): bool
    {
        foreach ($this->output->releases() as $release) {
            if (is_file("{$this->output->path($release)}/" . ReleaseRecord::FILE)) {
                return true;
            }
        }

        return false;
    }

    private function copy(string $name, string $to): void
    {
        if (!is_dir("{$this->root}/$name")) {
            $this->copyFile("{$this->root}/$name", $to);
            return;
        }
        foreach (Tree::files("{$this->root}/$name") as $path => $file) {
            $this->interruption->check('the output of an earlier worker was copied');
            $this->copyFile($file->getPathname(), "$to/$path");
        }
    }

    private function copyFile(string $from, string $to): void
    {
        if (!Output::mayBeLinked($from)) {
            Tree::copyFile($from, $to);
        } elseif (Archive::opens($from)) {
            Tree::linkOrCopyFile($from, $to);
        } else {
            // Satis would never look into it again. Where it is missing, the first build makes it anew.
            $this->log->say("$from is torn and left behind");
        }
    }

    /** @return list<string> what lies in the root beside what is the runner's own, and what storage hides there */
    private function entries(): array
    {
        $names = array_diff(scandir($this->root), ['releases', 'lost+found']);

        return array_values(array_filter($names, fn (string $name): bool => $name[0] !== '.' && !is_link("{$this->root}/$name")));
    }
}
