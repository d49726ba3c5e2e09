using System.Runtime.ExceptionServices;

namespace Socorro.Minidumps;

/// <summary>
/// Does one thing on several processors. Each worker but the caller is a thread of its own: in a process of milliseconds it
/// begins sooner than one of the pool, which has to be set up first.
/// </summary>
static class Workers
{
    /// <summary>Calls for each number below a count, and returns when all are done; throws what the first to fail threw.</summary>
    public static void Run(int count, Action<int> work)
    {
        ExceptionDispatchInfo? failure = null;
        var others = new Thread[count - 1];
        for (var i = 0; i < others.Length; i++)
        {
            var number = i + 1;
            others[i] = new(() => Try(number)) { IsBackground = true, Name = "stack walk" };
            others[i].Start();
        }

        Try(0);
        foreach (var other in others)
            other.Join();
        failure?.Throw();

        void Try(int number)
        {
            try
            {
                work(number);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
            }
        }
    }
}
