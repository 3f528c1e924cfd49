<?php

declare(strict_types=1);

namespace SatisOperator;

/** What the controller asks for. No sources means: everything. */
final class WorkOrder
{
    private const OPTIONS = ['Minify' => '--minify', 'NoHTML' => '--no-html-output'];

    public string $job;
    /** @var list<string> exactly as satis.json spells them */
    public array $sources;
    /** @var list<string> as Satis spells them */
    public array $satisOptions;
    public int $deadlineSeconds;

    public static function read(string $path): self
    {
        $json = Json::object($path, 'ConfigurationInvalid');
        $fail = static function (string $what) use ($path): Failure {
            return new Failure('ConfigurationInvalid', "The work order $path $what. Is the runner as old as the controller?");
        };

        if (($json['version'] ?? null) !== 1) {
            throw $fail('is not of version 1');
        }
        if (($json['operation'] ?? null) !== 'Build') {
            throw $fail('asks for an operation other than Build');
        }
        // The name becomes that of a directory.
        if (!is_string($json['job'] ?? null) || !preg_match('/^[A-Za-z0-9][A-Za-z0-9.-]*$/D', $json['job'])) {
            throw $fail('names no job');
        }
        if (!is_int($json['deadlineSeconds'] ?? null) || $json['deadlineSeconds'] < 1) {
            throw $fail('needs a deadlineSeconds of 1 or more');
        }

        $sources = self::strings($json['sources'] ?? []);
        if ($sources === null) {
            throw $fail('has sources that are not a list of URLs');
        }
        $options = self::strings($json['options'] ?? []);
        if ($options === null || array_diff($options, array_keys(self::OPTIONS)) !== []) {
            throw $fail('has options other than ' . implode(' and ', array_keys(self::OPTIONS)));
        }

        $order = new self();
        $order->job = $json['job'];
        $order->deadlineSeconds = $json['deadlineSeconds'];
        $order->sources = $sources;
        $order->satisOptions = array_values(array_intersect_key(self::OPTIONS, array_flip($options)));

        return $order;
    }

    /**
     * @param mixed $value
     * @return list<string>|null
     */
    private static function strings($value): ?array
    {
        if (!is_array($value) || $value !== array_filter($value, static fn ($entry) => is_string($entry) && $entry !== '')) {
            return null;
        }

        return array_values($value);
    }
}
