using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Signatures.Lists;

namespace Socorro.Signatures;

/// <summary>
/// The generators in use: one for each product that has lists of its own, and one for all others. They follow the folder of
/// the lists; lists that became wrong leave the last good ones of that product in use. Threads may share it.
/// </summary>
public sealed partial class SignatureGenerators
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    readonly Lock _lock = new();
    readonly TimeProvider _time;
    readonly ILogger<SignatureGenerators> _log;
    readonly SignatureMode _mode;
    string _stamp = "";
    bool _wasThere;
    volatile InUse _inUse;

    /// <param name="folder">The operator's lists; it may come later.</param>
    /// <param name="time">When to look at the files again.</param>
    /// <param name="log">Where changes and mistakes are told.</param>
    /// <param name="mode">Whose signatures to make.</param>
    /// <exception cref="SignatureListException">Lists are wrong from the start.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    public SignatureGenerators(
        ListFolder folder,
        TimeProvider time,
        ILogger<SignatureGenerators> log,
        SignatureMode mode = SignatureMode.Corrected)
    {
        Folder = folder;
        _time = time;
        _log = log;
        _mode = mode;
        _wasThere = folder.Exists;
        _stamp = folder.Stamp();
        _inUse = Load(null);
        if (_inUse.Failures is [var failure, ..])
            throw failure;
    }

    /// <summary>Only the lists that come with Socorro.</summary>
    public static SignatureGenerators BuiltIn => new(new(""), TimeProvider.System, NullLogger<SignatureGenerators>.Instance);

    public ListFolder Folder { get; }

    /// <summary>What is wrong with the lists on disk that are therefore not in use, a line each; null when all are in use.</summary>
    public string? Problem => _inUse.Problem;

    /// <summary>The versions of the lists in use, by product; null is for all products without lists of their own.</summary>
    public IReadOnlyList<(string? Product, string Version)> Versions =>
        [(null, _inUse.Default.Lists.FullVersion), .. _inUse.ByProduct.Select(own => (own.Key, own.Value.Lists.FullVersion)).OrderBy(own => own.Key, StringComparer.Ordinal)];

    /// <summary>The generator for a product's crashes.</summary>
    public SignatureGenerator For(string? product)
    {
        var inUse = _inUse;
        return product is not null && inUse.ByProduct.TryGetValue(product, out var own) ? own : inUse.Default;
    }

    /// <summary>Looks at the files every second until it is cancelled.</summary>
    public async Task FollowAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Pause, _time);
        while (await timer.WaitForNextTickAsync(cancel))
            Refresh();
    }

    /// <summary>Looks at the files now, and uses what changed.</summary>
    public void Refresh()
    {
        lock (_lock)
        {
            try
            {
                Look();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                KeepAll(e.Message);
            }
        }
    }

    void Look()
    {
        // A network folder that is away is not a decision to do without lists.
        if (_wasThere && !Folder.Exists)
        {
            _stamp = "";
            KeepAll($"The folder {Folder.Path} is gone");
            return;
        }

        _wasThere |= Folder.Exists;
        var stamp = Folder.Stamp();
        if (stamp == _stamp)
            return;

        var last = _inUse;
        _inUse = Load(last);
        _stamp = stamp;
        if (_inUse.Problem is { } problem)
            LogProblem(problem);
        foreach (var (product, version) in Versions.Except([(null, last.Default.Lists.FullVersion), .. last.ByProduct.Select(own => ((string?)own.Key, own.Value.Lists.FullVersion))]))
            LogReplaced(product ?? "every product without its own", version);
    }

    void KeepAll(string problem)
    {
        if (_inUse.Problem == problem)
            return;

        _inUse = _inUse with { Problem = problem };
        LogProblem(problem);
    }

    /// <summary>Reads all lists; for those that are wrong, what was in use stays.</summary>
    InUse Load(InUse? last)
    {
        var failures = new List<SignatureListException>();
        var general = Load(null, last?.Default, failures) ?? new(SignatureLists.BuiltIn, _mode);
        var own = new Dictionary<string, SignatureGenerator>();
        foreach (var product in Folder.Products)
            own[product] = Load(product, last?.ByProduct.GetValueOrDefault(product), failures) ?? general;

        var problem = string.Join('\n', failures.SelectMany(failure => failure.Problems).Distinct());
        return new(general, own.ToFrozenDictionary(), problem.Length > 0 ? problem : null, failures);
    }

    SignatureGenerator? Load(string? product, SignatureGenerator? last, List<SignatureListException> failures)
    {
        try
        {
            var lists = SignatureLists.From(Folder.LayersOf(product));
            // What a generator remembers of frames is worth keeping when only comments changed.
            return last?.Lists.FullVersion == lists.FullVersion ? last : new(lists, _mode);
        }
        catch (SignatureListException e)
        {
            failures.Add(e);
            return last;
        }
    }

    [LoggerMessage(LogLevel.Information, "The signature lists of {Product} are now {Version}")]
    partial void LogReplaced(string product, string version);

    [LoggerMessage(LogLevel.Error, "Signature lists changed and can't be used; the last good ones stay: {Problem}")]
    partial void LogProblem(string problem);

    sealed record InUse(
        SignatureGenerator Default,
        FrozenDictionary<string, SignatureGenerator> ByProduct,
        string? Problem,
        IReadOnlyList<SignatureListException> Failures);
}
