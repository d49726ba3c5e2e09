using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Reprocessing;

/// <summary>The crashes of an order that are passed in one turn, and what became of them.</summary>
sealed class OrderTurn(ReprocessingOrder order, int most)
{
    readonly List<CrashId> _toPublish = [];
    readonly List<CrashSummary> _regenerated = [];

    public ReprocessingOrder Order => order;

    /// <summary>How many crashes it may give to be processed, or their signature.</summary>
    public int Most => most;

    /// <summary>What the crashes' histories say.</summary>
    public string Why => order.Reason;

    public ReprocessingProgress Progress { get; private set; } = order.Progress;

    public IReadOnlyList<CrashId> ToPublish => _toPublish;

    public IReadOnlyList<CrashSummary> Regenerated => _regenerated;

    public long Sent => Progress.Sent - order.Progress.Sent;

    public long Looked => Progress.Looked - order.Progress.Looked;

    public void Count(long total) => Progress = Progress with { Total = total };

    public void Pass(CrashId id)
    {
        var looked = Progress.Looked + 1;
        Progress = Progress with
        {
            Looked = looked,
            // Crashes that came after they were counted.
            Total = Progress.Total < looked ? looked : Progress.Total,
            Passed = order.Query is null ? null : id,
        };
    }

    public void Publish(CrashId id)
    {
        _toPublish.Add(id);
        Progress = Progress with { Sent = Progress.Sent + 1 };
    }

    /// <param name="summary">Null when the signature was right already.</param>
    public void Regenerate(CrashSummary? summary)
    {
        Progress = Progress with { Sent = Progress.Sent + 1 };
        if (summary is not null)
            _regenerated.Add(summary);
    }

    public void Fail(CrashId id, string why) =>
        Progress = Progress with { Failed = Progress.Failed + 1, Failure = $"{id}: {why}" };
}
