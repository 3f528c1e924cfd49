<?php

declare(strict_types=1);

namespace SatisOperator;

/** Reads JSON files whose root is an object. */
final class Json
{
    /** @return array<string, mixed> */
    public static function object(string $path, string $reason): array
    {
        $text = @file_get_contents($path);
        if ($text === false) {
            throw new Failure($reason, "$path cannot be read.");
        }
        $value = json_decode($text, true);
        if (!is_array($value) || ($value !== [] && array_keys($value) === range(0, count($value) - 1))) {
            $why = json_last_error() === JSON_ERROR_NONE ? 'it is not an object' : json_last_error_msg();
            throw new Failure($reason, "$path is not the JSON object it should be: $why.");
        }

        return $value;
    }
}
