<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

/** Real git repositories, reached under an https URL that git's own configuration maps to a directory. */
final class GitHost
{
    private const URL = 'https://git.example.test/acme/';

    public string $configFile;
    private string $root;

    public function __construct(string $directory)
    {
        $this->root = "$directory/host";
        $this->configFile = "$directory/gitconfig";
        mkdir($this->root);
        $config = "[url \"{$this->root}/\"]\n\tinsteadOf = " . self::URL . "\n"
            . "[safe]\n\tdirectory = *\n[user]\n\tname = Test\n\temail = test@example.test\n[init]\n\tdefaultBranch = main\n";
        file_put_contents($this->configFile, $config);
    }

    public function url(string $name): string
    {
        return self::URL . "$name.git";
    }

    /** A repository of the package acme/NAME with one commit on main and the tag 1.0.0. */
    public function create(string $name): void
    {
        $work = "{$this->root}/$name";
        mkdir($work);
        $this->git($work, 'init', '--quiet');
        file_put_contents("$work/composer.json", json_encode(['name' => "acme/$name", 'description' => "The package $name"]));
        $this->commit($name, 'First');
        $this->git($this->root, 'clone', '--quiet', '--bare', $work, "$work.git");
        $this->tag($name, '1.0.0');
    }

    public function tag(string $name, string $tag): void
    {
        file_put_contents("{$this->root}/$name/version.txt", "$tag\n");
        $this->commit($name, "Version $tag");
        $this->git("{$this->root}/$name", 'tag', $tag);
        $this->push($name);
    }

    public function deleteTag(string $name, string $tag): void
    {
        $this->git("{$this->root}/$name", 'tag', '--delete', $tag);
        $this->push($name);
    }

    /** Has the only branch and all tags carry a package of another name. */
    public function rename(string $name, string $package): void
    {
        $work = "{$this->root}/$name";
        $this->git($work, 'tag', '--delete', '1.0.0');
        file_put_contents("$work/composer.json", json_encode(['name' => $package]));
        $this->commit($name, 'Another name');
        $this->push($name);
    }

    public function commitOf(string $name, string $tag): string
    {
        return trim(file_get_contents("{$this->root}/$name/.git/refs/tags/$tag"));
    }

    /** A branch on which composer.json has become this text. */
    public function branch(string $name, string $branch, string $composerJson): void
    {
        $work = "{$this->root}/$name";
        $this->git($work, 'checkout', '--quiet', '-b', $branch);
        file_put_contents("$work/composer.json", $composerJson);
        $this->commit($name, "Start $branch");
        $this->git($work, 'checkout', '--quiet', 'main');
        $this->push($name);
    }

    public function deleteBranch(string $name, string $branch): void
    {
        $this->git("{$this->root}/$name", 'branch', '--quiet', '-D', $branch);
        $this->push($name);
    }

    public function goAway(): void
    {
        rename($this->root, "{$this->root}.away");
    }

    public function comeBack(): void
    {
        rename("{$this->root}.away", $this->root);
    }

    private function commit(string $name, string $message): void
    {
        $this->git("{$this->root}/$name", 'add', '--all');
        $this->git("{$this->root}/$name", 'commit', '--quiet', '--allow-empty', '--message', $message);
    }

    private function push(string $name): void
    {
        $this->git("{$this->root}/$name", 'push', '--quiet', '--mirror', "{$this->root}/$name.git");
    }

    private function git(string $directory, string ...$arguments): void
    {
        $process = Process::start(array_merge(['git', '-C', $directory], $arguments), ['GIT_CONFIG_GLOBAL' => $this->configFile]);
        if ($process->wait() !== 0) {
            throw new \RuntimeException('git ' . implode(' ', $arguments) . ' failed: ' . $process->output());
        }
    }
}
