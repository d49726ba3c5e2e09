using System.Collections.Concurrent;

namespace Socorro.Engines.Embedded;

/// <summary>
/// The one thread that writes to an engine's files. It takes all writes that gathered while it committed the last ones
/// and commits them in one transaction for each file, so that concurrent writers share the wait for the disk.
/// </summary>
sealed class GroupCommit : IAsyncDisposable
{
    const int MaxGroup = 512;
    const int MaxOpenFiles = 4;

    readonly BlockingCollection<Turn> _waiting = [];
    readonly List<SqliteFile> _open = [];
    readonly Thread _thread;
    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public GroupCommit(string name)
    {
        _thread = new(CommitAll) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>
    /// Completes with the result of a write when it is durable. Cancelling takes effect only before the write has
    /// begun: afterwards the outcome is awaited, because the write reads the caller's buffers.
    /// </summary>
    /// <exception cref="Socorro.Storage.StorageRefusedException">The file was left unchanged.</exception>
    public async Task<T> RunAsync<T>(SqliteFile file, Func<SqliteWriter, T> change, CancellationToken cancel)
    {
        var write = new Write<T>(file, change);
        _waiting.Add(write, CancellationToken.None);
        await using var registration = cancel.UnsafeRegister(
            static (state, token) => ((Write<T>)state!).TryCancel(token), write);
        return await write.Outcome;
    }

    /// <summary>Completes with the result of an act that needs a file for itself, after the writes that came before.</summary>
    public Task<bool> RunAloneAsync(SqliteFile file, Func<bool> act)
    {
        var alone = new Act(file, act);
        _waiting.Add(alone, CancellationToken.None);
        return alone.Outcome;
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.CompleteAdding();
        await _ended.Task;
    }

    void CommitAll()
    {
        var group = new List<Turn>();
        foreach (var first in _waiting.GetConsumingEnumerable())
        {
            group.Add(first);
            while (group.Count < MaxGroup && _waiting.TryTake(out var next))
                group.Add(next);

            group.RemoveAll(turn => !turn.TryBegin());
            foreach (var ofFile in group.OfType<Write>().GroupBy(write => write.File))
                Commit(ofFile.Key, [.. ofFile]);
            foreach (var act in group.OfType<Act>())
                act.Run();

            group.Clear();
        }

        foreach (var file in _open)
            file.CloseWriter();

        _ended.SetResult();
    }

    void Commit(SqliteFile file, List<Write> writes)
    {
        try
        {
            Touch(file);
            var writer = file.Writer;
            writer.Execute("begin immediate");
            foreach (var write in writes)
                write.Apply(writer);

            writer.Execute("commit");
            foreach (var write in writes)
                write.Succeed();
        }
        catch (Exception e)
        {
            // Closing undoes the transaction, whatever state the failure has left the connection in.
            file.CloseWriter();
            if (writes.Count == 1)
                writes[0].Fail(file.Explain(e) ?? e);
            else
                CommitSingly(file, writes);
        }
    }

    // One write that cannot be done, perhaps because it is too large for the space left, must not fail its neighbours.
    void CommitSingly(SqliteFile file, List<Write> writes)
    {
        foreach (var write in writes)
            Commit(file, [write]);
    }

    void Touch(SqliteFile file)
    {
        _open.Remove(file);
        _open.Add(file);
        if (_open.Count <= MaxOpenFiles)
            return;

        _open[0].CloseWriter();
        _open.RemoveAt(0);
    }

    abstract class Turn(SqliteFile file)
    {
        int _isTaken;

        public SqliteFile File => file;

        public bool TryBegin() => Interlocked.Exchange(ref _isTaken, 1) == 0;
    }

    abstract class Write(SqliteFile file) : Turn(file)
    {
        public abstract void Apply(SqliteWriter writer);

        public abstract void Succeed();

        public abstract void Fail(Exception e);
    }

    sealed class Write<T>(SqliteFile file, Func<SqliteWriter, T> change) : Write(file)
    {
        readonly TaskCompletionSource<T> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
        T _result = default!; // set by Apply, read after it

        public Task<T> Outcome => _outcome.Task;

        public void TryCancel(CancellationToken cancel)
        {
            if (TryBegin())
                _outcome.SetCanceled(cancel);
        }

        public override void Apply(SqliteWriter writer) => _result = change(writer);

        public override void Succeed() => _outcome.SetResult(_result);

        public override void Fail(Exception e) => _outcome.SetException(e);
    }

    sealed class Act(SqliteFile file, Func<bool> act) : Turn(file)
    {
        readonly TaskCompletionSource<bool> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<bool> Outcome => _outcome.Task;

        public void Run()
        {
            try
            {
                _outcome.SetResult(act());
            }
            catch (Exception e)
            {
                _outcome.SetException(File.Explain(e) ?? e);
            }
        }
    }
}
