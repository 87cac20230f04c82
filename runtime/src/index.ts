/**
 * The streaming runtime: Flink's DataStream API.
 * @module tidemark
 */
export { savepoint } from './api/savepoint.ts';
export { SavepointWriter, type BootstrapRecord, type WrittenStateOptions } from './api/savepoint-writer.ts';
export type { KeyedValue, SavedTimer, SavedWindow, Savepoint } from './api/savepoint.ts';
export { OperatorError, TidemarkError, type OperatorFailure, type TidemarkErrorOptions } from './errors.ts';
export {
  StreamExecutionEnvironment,
  ExecutionConfig,
  type ExecuteOptions,
  type RuntimeMode,
} from './api/stream-execution-environment.ts';
export type { BaseStream } from './api/base-stream.ts';
export type { NamedOperator } from './api/named-operator.ts';
export { DataStream, KeyedStream } from './api/data-stream.ts';
export { TableEnvironment, type ChangelogOptions } from './api/table/table-environment.ts';
export { Table, type TableColumn } from './api/table/table.ts';
export type {
  ConditionOf,
  ExpressionOf,
  ReadText,
  SelectedName,
  SelectedRow,
  SelectItems,
} from './api/table/selected-row.ts';
export type { JoinColumns, JoinedRow, OuterRow } from './api/table/joined-row.ts';
export type { SqlValue } from './api/table/sql-template.ts';
export { TableResult } from './api/table/table-result.ts';
export type {
  GroupedTable,
  WindowColumns,
  WindowedTable,
  WindowKeys,
  WindowNames,
} from './api/table/grouped-table.ts';
export { Cumulate, Slide, Tumble, type GroupWindow, type WindowOf } from './api/table/group-windows.ts';
export type { UserDefinedAggregate } from './table/functions/user-aggregate.ts';
export { formatChange, type ChangelogRow } from './api/table/changelog.ts';
export { debeziumChange, debeziumChanges } from './api/table/debezium-changes.ts';
export type { RowKind } from './table/changelog-row.ts';
export type { RowOf, Schema, SchemaColumn, SchemaOptions, ValueOf } from './api/table/schema.ts';
export { DataStreamSink, type SinkToOptions } from './api/data-stream-sink.ts';
export { WindowedStream, type AnyProcessWindowFunction } from './api/windowed-stream.ts';
export { AllWindowedStream, type AnyProcessAllWindowFunction } from './api/all-windowed-stream.ts';
export { ConnectedStreams, KeyedConnectedStreams } from './api/connected-streams.ts';
export {
  BroadcastConnectedStream,
  BroadcastStream,
  KeyedBroadcastConnectedStream,
} from './api/broadcast-stream.ts';
export {
  JoinedStreams,
  JoinedStreamsEqualTo,
  JoinedStreamsWhere,
  type Meeting,
} from './api/joined-streams.ts';
export { CoGroupedWindows, JoinedWindows, type JoinResult } from './api/co-windows.ts';
export { IntervalJoin, IntervalJoined } from './api/interval-join.ts';
export { withWindow, type WindowResult, type WithWindow } from './api/with-window.ts';
export { RestartStrategies, type ExponentialDelayOptions } from './engine/restart-strategies.ts';
export type { CheckpointingOptions } from './api/checkpointing-options.ts';
export type { CheckpointInfo } from './engine/checkpoint-coordinator.ts';
export type { RestartStrategy } from './engine/execution-settings.ts';
export type { CheckpointListener } from './operators/checkpoint-listener.ts';
export type { JobClient, JobExecutionResult, JobStatus } from './api/job-client.ts';
export type { AnyField, Key, KeyField, KeyFieldOf, KeyOf, NumericField } from './api/field-types.ts';
export type {
  RecordOrigin,
  View,
  ViewObserver,
  ViewOptions,
  ViewStatus,
  StateGrowth,
  WatermarkProgress,
} from './engine/view.ts';
export type {
  Label,
  LabelKey,
  LabelledWindow,
  LabelPlace,
  Labels,
  LabelsJson,
  LabelsOptions,
  LabelVerdict,
} from './engine/labels.ts';
export type { Param, ParamOptions } from './engine/params.ts';
export type { ExportedRecording, Recording, RecordedSource, RecordingLimits } from './engine/recording.ts';
export type { StateRow } from './engine/state-rows.ts';
export type { StateQuery, StateTable } from './engine/state-lens.ts';
export type { BranchDiff, DiffRow, SnapshotDiff } from './engine/state-diff.ts';
export type { HeldBack, RecordQuery, RecordWindow, Why } from './engine/why.ts';
export type { LabelsMet, WhatIf, WhatIfRow } from './engine/what-if.ts';
export type {
  SessionEnvironment,
  Snapshot,
  SnapshotLimits,
  StepResult,
  WhyQuestion,
} from './api/session-environment.ts';
export type { OperatorMetrics } from './engine/operator-metrics.ts';

export { Duration, Time, type DurationLike } from './time/duration.ts';
export { MAX_TIMESTAMP, MIN_TIMESTAMP } from './time/timestamp.ts';
export {
  WatermarkStrategy,
  type TimestampAssigner,
  type WatermarkAlignment,
} from './time/watermark-strategy.ts';
export type { WatermarkGenerator, WatermarkOutput } from './time/watermark-generator.ts';

export { registerType, type RegisteredClass, type TypeCodec } from './state/type-registry.ts';
export { ValueStateDescriptor, type ValueState } from './state/value-state.ts';
export { ListStateDescriptor, type ListState } from './state/list-state.ts';
export { MapStateDescriptor, type MapState } from './state/map-state.ts';
export type { BroadcastState, ReadOnlyBroadcastState } from './state/broadcast-state.ts';
export { ReducingStateDescriptor, type ReduceFunction, type ReducingState } from './state/reducing-state.ts';
export {
  AggregatingStateDescriptor,
  type AggregateFunction,
  type AggregatingState,
} from './state/aggregating-state.ts';
export type { StateStore } from './state/state-store.ts';
export type { Migrate, VersionedDescriptor } from './state/versioned-descriptor.ts';
export type { TtlDescriptor } from './state/ttl-descriptor.ts';
export {
  StateTtlConfig,
  type StateTtlOptions,
  type TtlUpdateType,
  type TtlVisibility,
} from './state/state-ttl-config.ts';

export {
  AsyncDataStream,
  AsyncRetryStrategies,
  type AsyncRetryOptions,
  type AsyncWaitOptions,
} from './api/async-data-stream.ts';
export type {
  CheckpointedFunction,
  FunctionInitializationContext,
  FunctionSnapshotContext,
} from './operators/checkpointed-function.ts';
export type { OperatorStateStore } from './state/operator-state.ts';
export {
  AsyncFunction,
  type AsyncRequest,
  type AsyncResults,
  type ResultFuture,
} from './operators/async-function.ts';
export type { Collector, Results } from './operators/collector.ts';
export { OutputTag } from './operators/output-tag.ts';
export { RichFunction, type RuntimeContext, type TaskInfo } from './operators/rich-function.ts';
export {
  DescriptiveStatisticsHistogram,
  type Histogram,
  type HistogramStatistics,
} from './operators/histogram.ts';
export { MeterView, type Meter } from './operators/meter.ts';
export type { Counter, MetricGroup } from './operators/metric-group.ts';
export type { PartitionFunction } from './operators/stream-partitioner.ts';
export {
  RichFilterFunction,
  RichFlatMapFunction,
  RichMapFunction,
} from './operators/rich-record-functions.ts';
export {
  KeyedProcessFunction,
  ProcessFunction,
  type Context,
  type KeyedContext,
  type OnTimerContext,
  type TimeDomain,
  type TimerService,
} from './operators/process-function.ts';
export {
  ProcessAllWindowFunction,
  ProcessWindowFunction,
  type AllWindowFunction,
  type WindowContext,
  type WindowFunction,
} from './operators/window-function.ts';
export { CoProcessFunction, KeyedCoProcessFunction } from './operators/co-process-function.ts';
export {
  RichCoFlatMapFunction,
  RichCoMapFunction,
  type CoFlatMapFunction,
  type CoMapFunction,
} from './operators/co-map-function.ts';
export {
  BroadcastProcessFunction,
  KeyedBroadcastProcessFunction,
  type BroadcastBaseContext,
  type BroadcastContext,
  type BroadcastOnTimerContext,
  type KeyedBroadcastContext,
  type KeyedReadOnlyContext,
  type ReadOnlyContext,
} from './operators/broadcast-process-function.ts';
export {
  ProcessJoinFunction,
  type JoinContext,
  type JoinPairFunction,
} from './operators/process-join-function.ts';
export {
  CEP,
  PatternStream,
  type PatternFlatSelectFunction,
  type PatternSelectFunction,
  type PatternTimeoutFunction,
} from './cep/pattern-stream.ts';
export {
  GroupPattern,
  Pattern,
  type Events,
  type Match,
  type MatchOf,
  type Retyped,
  type WithinType,
} from './cep/pattern.ts';
export { AfterMatchSkipStrategy, SkipToElementStrategy } from './cep/after-match-skip-strategy.ts';
export type { ConditionContext, EventOf } from './cep/condition.ts';
export type { EventComparator } from './cep/cep-operator.ts';
export {
  PatternProcessFunction,
  type PatternContext,
  type TimedOutPartialMatchHandler,
} from './cep/pattern-process-function.ts';
export type { TaggedUnion } from './operators/tagged-union.ts';
export type {
  PreparedCommit,
  Sink,
  SinkCommitter,
  SinkCommitterContext,
  SinkContext,
  SinkWriter,
  SinkWriterContext,
} from './operators/sink.ts';

export { GlobalWindow, TimeWindow, type Window } from './windows/window.ts';
export {
  MergingWindowAssigner,
  WindowAssigner,
  type MergeCallback,
  type WindowAssignerContext,
  type WindowSerializer,
} from './windows/window-assigner.ts';
export { TumblingEventTimeWindows, TumblingProcessingTimeWindows } from './windows/tumbling-windows.ts';
export { SlidingEventTimeWindows, SlidingProcessingTimeWindows } from './windows/sliding-windows.ts';
export {
  EventTimeSessionWindows,
  ProcessingTimeSessionWindows,
  type SessionGapExtractor,
} from './windows/session-windows.ts';
export { GlobalWindows } from './windows/global-windows.ts';
export { Trigger, TriggerResult, type OnMergeContext, type TriggerContext } from './windows/trigger.ts';
export { EventTimeTrigger } from './windows/event-time-trigger.ts';
export { ProcessingTimeTrigger } from './windows/processing-time-trigger.ts';
export { CountTrigger } from './windows/count-trigger.ts';
export { ContinuousEventTimeTrigger, ContinuousProcessingTimeTrigger } from './windows/continuous-trigger.ts';
export { DeltaTrigger, type DeltaFunction } from './windows/delta-trigger.ts';
export { PurgingTrigger } from './windows/purging-trigger.ts';
export {
  ProcessingTimeoutTrigger,
  type ProcessingTimeoutOptions,
} from './windows/processing-timeout-trigger.ts';
export { NeverTrigger } from './windows/never-trigger.ts';
export { Evictor, type EvictorContext, type TimestampedValue } from './windows/evictor.ts';
export { CountEvictor } from './windows/count-evictor.ts';
export { TimeEvictor } from './windows/time-evictor.ts';
export { DeltaEvictor } from './windows/delta-evictor.ts';

export type {
  GeneratedRange,
  PollResult,
  Source,
  SourceBatch,
  SourceReader,
  SourceReaderContext,
} from './connectors/source.ts';
export { kafkaSource, type KafkaSourceOptions } from './connectors/kafka/kafka-source.ts';
export { kafkaSink, type KafkaSinkOptions } from './connectors/kafka/kafka-sink.ts';
export {
  kafkaTopic,
  type KafkaTopic,
  type KafkaTopicOptions,
  type TopicRecord,
} from './connectors/kafka/kafka-topic.ts';
export type { DeliveryGuarantee } from './connectors/kafka/kafka-writer.ts';
export type { IsolationLevel, KafkaRecord } from './connectors/kafka/kafka-cluster.ts';
export type { KafkaOffsets } from './connectors/kafka/start-offsets.ts';
export type { KafkaSasl, KafkaSecurity } from './connectors/kafka/kafka-security.ts';
export type { HeadersLike, KafkaPartitioner, KeyLike } from './connectors/kafka/partitioner.ts';
export type { Brokers } from './connectors/kafka/open-cluster.ts';
export {
  withMetadata,
  type Deserialize,
  type MetadataFormat,
  type OnBadRecord,
  type RecordWithMetadata,
} from './connectors/kafka/record-decoder.ts';
export { avro, type AvroOptions } from './connectors/kafka/avro-format.ts';
export type { SchemaRegistryOptions } from './connectors/kafka/schema-registry.ts';
export { deadLetters, type DeadLetter } from './operators/dead-letter.ts';
export { collectionSource, sequenceSource } from './connectors/collection-source.ts';
export { socketSource, type SocketOptions } from './connectors/socket-source.ts';
export { fileSource, type FileSourceOptions } from './connectors/file-source.ts';
export { webSocketSource, type WebSocketSourceOptions } from './connectors/net/web-socket-source.ts';
export { webSocketSink, type WebSocketSinkOptions } from './connectors/net/web-socket-sink.ts';
export { httpSource, type HttpSourceOptions } from './connectors/net/http-source.ts';
export { socketSink, type SocketSinkOptions } from './connectors/net/socket-sink.ts';
export { secret, type Credential } from './connectors/net/secret.ts';
export type { HeaderCredentials } from './connectors/net/endpoint.ts';
export type { ReconnectOptions } from './connectors/net/back-off.ts';
export type { Database } from './connectors/database/database.ts';
export { sqlite } from './connectors/database/sqlite.ts';
export { postgres, type PostgresOptions } from './connectors/database/postgres.ts';
export { databaseSink, type DatabaseSinkOptions } from './connectors/database/database-sink.ts';
export { databaseLookup, type DatabaseLookupOptions } from './connectors/database/database-lookup.ts';
export { fileSink, type FileSinkOptions } from './connectors/file-sink/file-sink.ts';
export { discardingSink } from './connectors/discarding-sink.ts';
export { printSink } from './connectors/print-sink.ts';
export { generatorSource, type GeneratorOptions } from './connectors/generator-source.ts';
export type { RecordingOptions } from './connectors/recording-source.ts';
export { replay, type ReplayOptions } from './connectors/replay-source.ts';
export type { ReplayTimestamp } from './connectors/replay-time.ts';
export type {
  DecodedRecords,
  Decoder,
  DecoderContext,
  DecoderPosition,
  Format,
  MessageFormat,
  OnRowError,
  RowEncoder,
  RowFormat,
} from './formats/format.ts';
export { csv, type CsvOptions } from './formats/csv-format.ts';
export type { CsvColumnType } from './formats/csv-row.ts';
export { debezium, type DebeziumChange, type DebeziumOptions } from './formats/debezium-format.ts';
export { json, type JsonOptions } from './formats/json-format.ts';
export { jsonLines, type JsonLinesOptions } from './formats/json-lines-format.ts';
export {
  parquet,
  type ColumnFormat,
  type ColumnSelection,
  type ParquetOptions,
} from './formats/parquet-format.ts';
export type { StandardIssue, StandardResult, StandardSchema } from './formats/standard-schema.ts';
export { raw } from './formats/raw-format.ts';

export type { AnomalyDetector } from './anomaly/anomaly-detector.ts';
export { ewmaDetector, type EwmaOptions } from './anomaly/ewma-detector.ts';
export { gaussianDetector, type GaussianOptions } from './anomaly/gaussian-detector.ts';
export { madDetector, type MadOptions } from './anomaly/mad-detector.ts';
export { holtWintersDetector, type HoltWintersOptions } from './anomaly/holt-winters-detector.ts';
export { knnDetector, type KnnOptions } from './anomaly/knn-detector.ts';
export { halfSpaceTreesDetector, type HalfSpaceTreesOptions } from './anomaly/half-space-trees-detector.ts';
export { tailDetector, type TailOptions, type TailStatistic } from './anomaly/tail-detector.ts';
export { combine, type CombineOptions } from './anomaly/combine.ts';
export { multiScaleDetector } from './anomaly/multi-scale-detector.ts';
export { detect, type DetectOptions, type Detection } from './anomaly/detect.ts';
export {
  evaluate,
  type AnomalyWindow,
  type EvaluateOptions,
  type Evaluation,
  type ProfileEvaluation,
  type ScoredRecord,
} from './anomaly/evaluate.ts';
export type { NabProfileName } from './anomaly/nab-score.ts';
