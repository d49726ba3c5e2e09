using System.Reflection;
using DbUp;
using DbUp.Engine;
using Microsoft.Data.Sqlite;
using Socorro.Files;

namespace Socorro.Engines.Embedded;

/// <summary>
/// Brings a database up to date by running, in order and each once, the numbered scripts of a folder under Sql. A
/// released script is never edited: a change is a new script.
/// </summary>
static class Migrations
{
    /// <exception cref="Storage.StorageRefusedException">The database could not be brought up to date.</exception>
    public static SqliteFile Open(string path, string scripts)
    {
        var file = new SqliteFile(path);
        OwnerOnly.CreateFile(path);
        var prefix = $"Socorro.Engines.Embedded.Sql.{scripts}.";
        var result = Upgrade(path, prefix);
        if (!result.Successful)
            throw file.Explain(result.Error) ?? result.Error;

        return file;
    }

    static DatabaseUpgradeResult Upgrade(string path, string prefix) => DeployChanges.To
        .SqliteDatabase(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString())
        .WithScriptsEmbeddedInAssembly(
            Assembly.GetExecutingAssembly(), name => name.StartsWith(prefix, StringComparison.Ordinal))
        .WithTransactionPerScript()
        .LogToNowhere()
        .Build()
        .PerformUpgrade();
}
