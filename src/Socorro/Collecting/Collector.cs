using System.Collections.Frozen;
using Microsoft.AspNetCore.Http.Features;
using Socorro.Crashes;
using Socorro.Storage;
using Socorro.Throttling;

namespace Socorro.Collecting;

/// <summary>
/// Turns a submission into a stored raw crash and its answer. A crash id is answered only when the crash is durable.
/// </summary>
/// <param name="store">Where crashes are accepted into.</param>
/// <param name="space">Says when to stop before the disk is full.</param>
/// <param name="throttle">Decides which are kept.</param>
/// <param name="settings">Limits, and who may choose crash ids.</param>
/// <param name="time">Dates crashes and their ids.</param>
/// <param name="metrics">Counts what happens.</param>
/// <param name="log">Gets one line for each submission.</param>
public sealed partial class Collector(
    CrashStore store,
    FreeSpace space,
    ThrottleFile throttle,
    CollectorSettings settings,
    TimeProvider time,
    CollectorMetrics metrics,
    ILogger<Collector> log)
{
    const int MaxPuts = 5;

    readonly AnnotationNames _names = AnnotationNames.Default;
    readonly MemoryBudget _memory = new(settings.MaxMemoryBytes);
    readonly SubmissionQuotas _quotas = new(time);

    internal async Task<Answer> AcceptAsync(HttpRequest request, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        using var submission = new Submission(settings.Limits, _memory);
        var answer = await AcceptAsync(request, submission, cancel);
        var elapsed = time.GetElapsedTime(started);
        metrics.Answered(answer, elapsed);
        LogAnswer(
            answer is Answer.Refused(_, var reason, _) ? reason : answer.ToText().TrimEnd('\n'),
            answer.Status,
            ForLog(submission.Annotations.GetValueOrDefault("ProductName", "")),
            ForLog(submission.Annotations.GetValueOrDefault("Version", "")),
            submission.Rule,
            submission.ReceivedBytes,
            submission.Dumps.Count,
            submission.Dumps.Sum(dump => dump.Content.Length),
            elapsed.TotalMilliseconds,
            ForLog(request.Headers.UserAgent.ToString()));
        return answer;
    }

    async Task<Answer> AcceptAsync(HttpRequest request, Submission submission, CancellationToken cancel)
    {
        if (space.FindTrouble() is { } trouble)
            return Answer.Busy(trouble);

        var rules = throttle.Current;
        if (_quotas.Refuse(request.HttpContext.Connection.RemoteIpAddress, rules.Quotas) is { } tooOften)
            return tooOften;
        if (await ReadAsync(request, submission, cancel) is { } refusal)
            return refusal;

        _names.AddMapped(submission.Annotations, request.Query);
        SentryAnnotations.Map(submission, request.RouteValues["project"] as string ?? "");
        var product = submission.Annotations.GetValueOrDefault("ProductName", "");
        if (rules.UploadTokens.TryGetValue(product, out var tokens) && !RequestToken.IsAny(request, tokens))
            return new Answer.Discarded(StatusCodes.Status401Unauthorized, "unauthorized_product");

        var decision = rules.Decide(submission.Annotations, time.GetUtcNow(), Random.Shared);
        metrics.Throttled(decision);
        submission.Rule = decision.Rule;

        var isForwarded = submission.Annotations.Remove("uuid", out var chosenId);
        if (isForwarded && !RequestToken.IsBearer(request, settings.ForwarderToken))
            return new Answer.Discarded(StatusCodes.Status401Unauthorized, "unauthorized_uuid");

        var id = settings.NewId(time.GetUtcNow(), decision.Verdict == Verdict.Defer);
        if (isForwarded && !CrashId.TryParse(chosenId, out id))
            return Answer.Malformed("invalid_uuid");

        return decision.Verdict switch
        {
            Verdict.Accept or Verdict.Defer =>
                _quotas.Refuse(product, rules.Quotas)
                ?? await StoreAsync(request, submission, id, decision, isForwarded, cancel),
            Verdict.Reject => new Answer.Discarded(StatusCodes.Status200OK, $"rule_{decision.Rule}"),
            Verdict.FakeAccept => new Answer.Accepted(PretendToAccept(id)),
            _ => throw new ArgumentOutOfRangeException(nameof(request), decision.Verdict, "no such verdict"),
        };
    }

    async Task<Answer?> ReadAsync(HttpRequest request, Submission submission, CancellationToken cancel)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = settings.Limits.MaxBodyBytes;

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(settings.Limits.MaxDuration);
        try
        {
            return await new SubmissionReader(submission, settings.Limits).ReadAsync(request, deadline.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return e switch
            {
                BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => TooLarge(),
                BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => TooSlow(),
                OperationCanceledException when !cancel.IsCancellationRequested => TooSlow(),
                _ => Answer.Malformed("invalid_payload_structure"),
            };
        }
        finally
        {
            metrics.Received(submission);
        }
    }

    async Task<Answer> StoreAsync(
        HttpRequest request,
        Submission submission,
        CrashId id,
        ThrottleDecision decision,
        bool isForwarded,
        CancellationToken cancel)
    {
        foreach (var name in _names.RemoveUnwanted(submission.Annotations))
            submission.Note($"Removed {name} from raw crash.");

        // All are finished before any is described: the hash is known only then.
        var contents = submission.Dumps.Select(dump => dump.Content.Finish()).ToList();
        var crash = Describe(request, submission, id, decision);
        try
        {
            return await PutAsync(crash, contents, isForwarded, cancel);
        }
        catch (StorageRefusedException e)
        {
            metrics.NotSaved();
            LogNotStored(id, e);
            return Answer.Busy("the crash can't be stored now");
        }
    }

    /// <summary>Stores a crash under its id, or under another one when that is taken and was not chosen by a forwarder.</summary>
    async Task<Answer> PutAsync(
        RawCrash crash, IReadOnlyList<DumpContent> dumps, bool isForwarded, CancellationToken cancel)
    {
        for (var puts = 0; puts < MaxPuts; puts++)
        {
            if (isForwarded && await store.FindRawAsync(crash.Id, cancel) is { } earlier)
            {
                return earlier.HasSameContent(crash)
                    ? new Answer.Accepted(crash.Id.ToString())
                    : Answer.Malformed("conflicting_uuid", StatusCodes.Status409Conflict);
            }

            var started = time.GetTimestamp();
            try
            {
                // All of it has arrived: a client that hangs up now would not send it again, so it is kept all the same.
                await store.PutRawAsync(crash, dumps, CancellationToken.None);
                metrics.Saved(time.GetElapsedTime(started));
                return new Answer.Accepted(crash.Id.ToString());
            }
            catch (CrashIdTakenException) when (isForwarded)
            {
                // Another request with this id was faster: the next turn compares with it.
            }
            catch (CrashIdTakenException)
            {
                LogIdTaken(crash.Id);
                crash = crash with { Id = settings.NewId(time.GetUtcNow(), crash.Id.IsDeferred) };
            }
        }

        metrics.NotSaved();
        return Answer.Busy("no free crash id was found");
    }

    RawCrash Describe(HttpRequest request, Submission submission, CrashId id, ThrottleDecision decision) => new()
    {
        Id = id,
        SubmittedAt = time.GetUtcNow(),
        Annotations = submission.Annotations.ToFrozenDictionary(),
        Dumps = [.. submission.Dumps.Select(dump => dump.Content.Describe(dump.Name, dump.FileName))],
        Metadata = new()
        {
            Payload = submission.HasJson ? "json" : "multipart",
            IsCompressed = submission.IsCompressed,
            PayloadSize = submission.ReceivedBytes,
            Notes = submission.Notes,
            UserAgent = request.Headers.UserAgent.ToString(),
            ThrottleRule = decision.Rule,
            ThrottleRate = decision.Share,
        },
    };

    static string PretendToAccept(CrashId id) => $"{id.ToString()[..29]}3{id.ToString()[30..]}";

    static Answer TooLarge() => Answer.Malformed("too_large", StatusCodes.Status413PayloadTooLarge);

    static Answer TooSlow() => Answer.Malformed("too_slow", StatusCodes.Status408RequestTimeout);

    /// <summary>Clients can't break a line of the log, nor fill it.</summary>
    static string ForLog(string text) =>
        string.Concat(text.Take(80).Select(c => char.IsControl(c) ? '\ufffd' : c));

    [LoggerMessage(
        LogLevel.Information,
        "{Answer} ({Status}) to {Product} {Version} by {Rule}: {Bytes} bytes, {Dumps} dumps of {DumpBytes}, {Milliseconds:F1} ms, {UserAgent}")]
    partial void LogAnswer(
        string answer,
        int status,
        string product,
        string version,
        string rule,
        long bytes,
        int dumps,
        long dumpBytes,
        double milliseconds,
        string userAgent);

    [LoggerMessage(LogLevel.Error, "A new crash drew the id {Id}, which another has; is the system's source of randomness sound?")]
    partial void LogIdTaken(CrashId id);

    [LoggerMessage(LogLevel.Error, "Crash {Id} could not be stored; its client was told to try again")]
    partial void LogNotStored(CrashId id, Exception e);
}
