internal import CRocksDB

/// RocksDB's own option objects for one `RocksOptions`; frees them.
final class NativeOptions {
    let options: OpaquePointer
    private let cache: OpaquePointer

    init(_ values: RocksOptions, createIfMissing: Bool = false) {
        let options: OpaquePointer = rocksdb_options_create()
        let cache: OpaquePointer = rocksdb_cache_create_lru(max(0, values.blockCacheBytes))
        NativeOptions.setTable(values, options: options, cache: cache)
        NativeOptions.setFiles(values, options: options)
        NativeOptions.setHousekeeping(options)
        rocksdb_options_set_create_if_missing(options, createIfMissing ? 1 : 0)
        self.options = options
        self.cache = cache
    }

    deinit {
        // The table factory in the options shares the cache: the last owner frees it.
        rocksdb_options_destroy(options)
        rocksdb_cache_destroy(cache)
    }

    private static func setTable(
        _ values: RocksOptions, options: OpaquePointer, cache: OpaquePointer
    ) {
        let table: OpaquePointer = rocksdb_block_based_options_create()
        rocksdb_block_based_options_set_block_cache(table, cache)
        rocksdb_block_based_options_set_block_size(table, values.blockBytes)
        rocksdb_block_based_options_set_format_version(table, 5)
        if let bits = values.filterBitsPerKey {
            // The table takes the filter policy over and frees it.
            rocksdb_block_based_options_set_filter_policy(
                table, rocksdb_filterpolicy_create_bloom_full(bits))
            rocksdb_block_based_options_set_whole_key_filtering(table, 1)
        }
        if values.hasDataBlockHashIndex {
            rocksdb_block_based_options_set_data_block_index_type(
                table,
                Int32(rocksdb_block_based_table_data_block_index_type_binary_search_and_hash))
            rocksdb_block_based_options_set_data_block_hash_ratio(table, 0.75)
        }
        rocksdb_options_set_block_based_table_factory(options, table)
        // The factory copied the table options.
        rocksdb_block_based_options_destroy(table)
    }

    private static func setFiles(_ values: RocksOptions, options: OpaquePointer) {
        let compression =
            switch values.compression {
            case .none: rocksdb_no_compression
            case .lz4: rocksdb_lz4_compression
            case .zstd: rocksdb_zstd_compression
            }
        rocksdb_options_set_compression(options, Int32(compression))
        rocksdb_options_set_write_buffer_size(options, values.writeBufferBytes)
        rocksdb_options_set_max_write_buffer_number(options, 2)
        rocksdb_options_set_max_total_wal_size(options, values.maximumLogBytes)
        let style =
            switch values.compaction {
            case .leveled: rocksdb_level_compaction
            case .universal: rocksdb_universal_compaction
            }
        rocksdb_options_set_compaction_style(options, Int32(style))
        rocksdb_options_set_target_file_size_base(options, values.targetFileBytes)
        rocksdb_options_set_max_bytes_for_level_base(options, values.targetFileBytes * 4)
        rocksdb_options_set_level_compaction_dynamic_level_bytes(options, 1)
        rocksdb_options_set_level0_file_num_compaction_trigger(options, values.overlappingFiles)
        rocksdb_options_set_max_open_files(options, values.maximumOpenFiles)
        rocksdb_options_set_max_background_jobs(options, values.backgroundJobs)
        // Damage inside a log was looked for before (LogFileCheck); what this mode drops
        // then is a torn end, whether it is short, zeros or garbage.
        rocksdb_options_set_wal_recovery_mode(options, Int32(rocksdb_point_in_time_recovery))
        rocksdb_options_set_paranoid_checks(options, 1)
        // Flush in steps of a megabyte, so that the sync at the end of a file is short.
        rocksdb_options_set_bytes_per_sync(options, 1 << 20)
    }

    /// A level above `HEADER_LEVEL`, the greatest: the information log stays empty.
    ///
    /// RocksDB, as Debian builds it, with assertions, ends the process at the second line that its
    /// information log finds no room for. What such lines tell, failed calls tell as well.
    private static let silentLevel: Int32 = 6

    /// No statistics, and an information log that takes no line.
    private static func setHousekeeping(_ options: OpaquePointer) {
        rocksdb_options_set_stats_dump_period_sec(options, 0)
        rocksdb_options_set_stats_persist_period_sec(options, 0)
        rocksdb_options_set_keep_log_file_num(options, 1)
        rocksdb_options_set_info_log_level(options, silentLevel)
        rocksdb_options_set_max_manifest_file_size(options, 16 << 20)
    }
}
