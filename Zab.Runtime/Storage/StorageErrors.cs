namespace Zab.Storage;

/// <summary>The wording of what can be wrong with a data directory, where it stands in more than one place.</summary>
internal static class StorageErrors
{
    internal static StorageException NewerVersion(string path, uint version, uint known) =>
        new($"{path} has format version {version}; this program reads up to {known}. A newer version of it wrote this directory: start that one. Nothing was changed.");

    internal static StorageException RolledBack(string directory, string found) =>
        new($"The data directory {directory} was put together from different times: {found}. It would forget what this server has promised, so it does not start. Nothing was changed. Remove the directory and let the server join as a new one (docs/FORMAT.md#recovery).");
}
