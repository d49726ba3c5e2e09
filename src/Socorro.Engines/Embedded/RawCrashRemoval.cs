using Socorro.Crashes;

namespace Socorro.Engines.Embedded;

/// <summary>Takes one crash, with all that belongs to it, out of its day's file.</summary>
static class RawCrashRemoval
{
    static readonly string[] Statements =
    [
        """
        delete from chunk where key in (
            select chunk.key from crash join dump on dump.crash = crash.key
            join chunk on chunk.key >= dump.first_chunk and chunk.key < dump.first_chunk + dump.chunks
            where crash.id = $1)
        """,
        "delete from dump where crash = (select key from crash where id = $1)",
        "delete from unqueued where crash = (select key from crash where id = $1)",
        "delete from processed where id = $1",
        "delete from crash where id = $1",
    ];

    public static int Apply(SqliteWriter writer, CrashId id) =>
        Statements.Sum(statement => writer.Execute(statement, id.ToString()));
}
