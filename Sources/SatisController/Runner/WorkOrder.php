<?php

declare(strict_types=1);

namespace SatisOperator;

/** What the controller asks for. */
final class WorkOrder
{
    private const OPERATIONS = ['Build', 'Purge', 'Rollback'];
    private const OPTIONS = ['Minify' => '--minify', 'NoHTML' => '--no-html-output'];

    /** What becomes the name of a directory. */
    private const NAME = '/^[A-Za-z0-9][A-Za-z0-9.-]*$/D';

    public string $job;
    public string $operation;
    public bool $full;
    /** @var list<OrderedSource> */
    public array $sources = [];
    /** The release to go back to, null for the one before. */
    public ?string $release;
    /** For a rollback: what all attempts at it have in common, null where nobody says. */
    public ?string $request;
    /** @var list<string> as Satis spells them */
    public array $satisOptions;
    public int $deadlineSeconds;
    public int $keepReleases;
    public int $graceSeconds;

    public static function read(string $path): self
    {
        $json = Json::object($path, 'ConfigurationInvalid');
        $fail = static function (string $what) use ($path): Failure {
            return new Failure('ConfigurationInvalid', "The work order $path $what. Is the runner as old as the controller?");
        };

        if (($json['version'] ?? null) !== 1) {
            throw $fail('is not of version 1');
        }
        if (!in_array($json['operation'] ?? null, self::OPERATIONS, true)) {
            throw $fail('asks for an operation other than ' . implode(', ', self::OPERATIONS));
        }
        if (!is_string($json['job'] ?? null) || !preg_match(self::NAME, $json['job'])) {
            throw $fail('names no job');
        }
        foreach (['deadlineSeconds' => 1, 'keepReleases' => 1, 'graceSeconds' => 0] as $key => $least) {
            if (!is_int($json[$key] ?? null) || $json[$key] < $least) {
                throw $fail("needs a $key of $least or more");
            }
        }
        $release = $json['release'] ?? null;
        if ($release !== null && (!is_string($release) || !preg_match(self::NAME, $release))) {
            throw $fail('has a release that is no name of one');
        }
        $request = $json['request'] ?? null;
        if ($request !== null && (!is_string($request) || !preg_match(self::NAME, $request))) {
            throw $fail('has a request that is no name of one');
        }
        $options = $json['options'] ?? [];
        if (!is_array($options) || array_udiff($options, array_keys(self::OPTIONS), static fn ($one, $other) => $one <=> $other) !== []) {
            throw $fail('has options other than ' . implode(' and ', array_keys(self::OPTIONS)));
        }

        $order = new self();
        $order->job = $json['job'];
        $order->operation = $json['operation'];
        $order->deadlineSeconds = $json['deadlineSeconds'];
        $order->keepReleases = $json['keepReleases'];
        $order->graceSeconds = $json['graceSeconds'];
        $order->release = $release;
        $order->request = $request;
        $order->satisOptions = array_values(array_intersect_key(self::OPTIONS, array_flip($options)));
        $order->full = ($json['full'] ?? false) === true;
        $sources = $json['sources'] ?? [];
        foreach (is_array($sources) ? $sources : [null] as $source) {
            $source = OrderedSource::read($source);
            if ($source === null) {
                throw $fail('has a source that lacks a url, or has a package or commits that cannot be');
            }
            $order->sources[] = $source;
        }
        if ($order->operation === 'Build' && !$order->full && $order->sources === []) {
            throw $fail('asks for a build of nothing: it is not full and has no sources');
        }

        return $order;
    }
}
