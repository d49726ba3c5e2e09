using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace Socorro.Minidumps.Symbols.Supply;

/// <summary>
/// Remembers which symbols no server had, in memory and as small files beside the symbols, so that a tool that runs once for
/// each dump does not ask a thousand times.
/// </summary>
sealed class MissingSymbols(SymbolSupplyOptions options)
{
    readonly ConcurrentDictionary<ModuleKey, DateTimeOffset> _until = [];

    // Other servers may have what these have not.
    readonly ulong _servers = XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(string.Join('\n', options.Servers)));

    public bool Contains(ModuleKey key)
    {
        if (!_until.TryGetValue(key, out var until))
            until = _until.GetOrAdd(key, ReadFile(key));
        return options.Time.GetUtcNow() < until;
    }

    public void Add(ModuleKey key, TimeSpan duration)
    {
        var until = options.Time.GetUtcNow() + duration;
        _until[key] = until;
        try
        {
            var path = PathOf(key);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, until.UtcTicks.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then this is known to this process only.
        }
    }

    DateTimeOffset ReadFile(ModuleKey key)
    {
        try
        {
            var path = PathOf(key);
            return File.Exists(path)
                && long.TryParse(File.ReadAllText(path), CultureInfo.InvariantCulture, out var ticks)
                && ticks is > 0 && ticks <= DateTimeOffset.MaxValue.UtcTicks
                ? new(ticks, TimeSpan.Zero)
                : DateTimeOffset.MinValue;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return DateTimeOffset.MinValue;
        }
    }

    string PathOf(ModuleKey key)
    {
        var hash = XxHash3.HashToUInt64(Encoding.UTF8.GetBytes($"{_servers:x} {key}"));
        return Path.Combine(options.Folder, ".missing", hash.ToString("x16", CultureInfo.InvariantCulture));
    }
}
